//! What a child has written, collected without JavaScript: see `Events.collect`.

use super::child::hand_over;
use super::records::{OVERFLOW_HEAD, OVERFLOW_STOP, OVERFLOW_TAIL};
use crate::core::child::TakenPipe;
use crate::core::collector::{Collector, Overflow};
use napi::bindgen_prelude::{BufferSlice, Either, Function, Uint8Array, Unknown};
use napi::{Env, Result};
use napi_derive::napi;
use std::sync::Arc;

/// Collects what comes out of one pipe of a child, until it is stopped or collected by the garbage collector.
#[napi]
pub struct OutputCollector {
    pub(super) collector: Arc<Collector>,
}

#[napi]
impl OutputCollector {
    /// Takes what is there, and closes the pipe. No event comes after this.
    #[napi(catch_unwind)]
    pub fn stop(&self) {
        self.collector.stop();
    }

    /// Ends the collecting and hands the pipe over, as `NativeChild.takePipe` does: what `open` returns. Null: it is closed
    /// already. What has been collected is still there to be taken.
    #[napi(ts_args_type = "open: (fd: number) => unknown", catch_unwind)]
    pub fn release<'env>(
        &self,
        open: Function<'env, Either<f64, Uint8Array>, Unknown<'env>>,
    ) -> Result<Option<Unknown<'env>>> {
        hand_over(self.collector.release().map(TakenPipe::Open), open)
    }

    /// Whether the end of the file was read.
    #[napi(getter, catch_unwind)]
    pub fn ended(&self) -> bool {
        self.collector.has_ended()
    }

    /// Whether there was more than the limit.
    #[napi(getter, catch_unwind)]
    pub fn truncated(&self) -> bool {
        self.collector.is_truncated()
    }

    /// What has been kept, once.
    #[napi(catch_unwind, ts_return_type = "Buffer")]
    pub fn take<'env>(&self, env: &'env Env) -> Result<BufferSlice<'env>> {
        /// What is copied sooner than V8 has made a record of memory that is not its own.
        const SMALL: usize = 16 * 1024;
        let bytes = self.collector.take();
        if bytes.len() <= SMALL {
            BufferSlice::copy_from(env, bytes)
        } else {
            BufferSlice::from_data(env, bytes)
        }
    }
}

/// `None`: a number that means nothing.
pub fn overflow_of(number: u32) -> Option<Overflow> {
    Some(match number {
        OVERFLOW_STOP => Overflow::Stop,
        OVERFLOW_HEAD => Overflow::Head,
        OVERFLOW_TAIL => Overflow::Tail,
        _ => return None,
    })
}
