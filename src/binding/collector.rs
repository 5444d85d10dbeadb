//! The output of a child that is collected without JavaScript: see `Events.collect`.

use super::child::hand_over;
use super::records::{OVERFLOW_HEAD, OVERFLOW_STOP, OVERFLOW_TAIL};
use crate::core::child::TakenPipe;
use crate::core::collector::{Collector, Overflow};
use napi::bindgen_prelude::{BufferSlice, Either, Function, Uint8Array, Unknown};
use napi::{Env, Result};
use napi_derive::napi;
use std::sync::Arc;

/// Collects what a child writes to one of its pipes, until this is stopped, released or garbage-collected.
#[napi]
pub struct OutputCollector {
    pub(super) collector: Arc<Collector>,
}

#[napi]
impl OutputCollector {
    /// Reads what is in the pipe, closes it, and ends the collecting. No event comes after this.
    #[napi(catch_unwind)]
    pub fn stop(&self) {
        self.collector.stop();
    }

    /// Ends the collecting and hands over the pipe: calls `open` with its descriptor, as `NativeChild.takePipe` does, and
    /// returns what `open` returns. Returns null if the pipe is closed or its limit has been exceeded. `take` still returns
    /// what has been collected.
    #[napi(ts_args_type = "open: (fd: number) => unknown", catch_unwind)]
    pub fn release<'env>(
        &self,
        open: Function<'env, Either<f64, Uint8Array>, Unknown<'env>>,
    ) -> Result<Option<Unknown<'env>>> {
        hand_over(self.collector.release().map(TakenPipe::Open), open)
    }

    /// Whether the pipe has been read to its end.
    #[napi(getter, catch_unwind)]
    pub fn ended(&self) -> bool {
        self.collector.has_ended()
    }

    /// Whether there was more output than the limit.
    #[napi(getter, catch_unwind)]
    pub fn truncated(&self) -> bool {
        self.collector.is_truncated()
    }

    /// Returns the bytes that have been kept. Every later call returns an empty buffer.
    #[napi(catch_unwind, ts_return_type = "Buffer")]
    pub fn take<'env>(&self, env: &'env Env) -> Result<BufferSlice<'env>> {
        /// Up to this many bytes, copying is faster than making a Buffer of memory that is not V8's.
        const SMALL: usize = 16 * 1024;
        let bytes = self.collector.take();
        if bytes.len() <= SMALL {
            BufferSlice::copy_from(env, bytes)
        } else {
            BufferSlice::from_data(env, bytes)
        }
    }
}

/// `None`: the number has no meaning.
pub fn overflow_of(number: u32) -> Option<Overflow> {
    Some(match number {
        OVERFLOW_STOP => Overflow::Stop,
        OVERFLOW_HEAD => Overflow::Head,
        OVERFLOW_TAIL => Overflow::Tail,
        _ => return None,
    })
}
