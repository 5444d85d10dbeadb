//! Lets other threads call into the JavaScript of an env. This does not keep the module in memory: when a module
//! registry is discarded (after a test file of jest, or a hot reload), the module and its threadsafe function can be
//! garbage-collected.

use napi::bindgen_prelude::{Function, FunctionCallContext, JsValue, Object};
use napi::threadsafe_function::{ThreadsafeFunctionCallMode, ThreadsafeFunctionHandle};
use napi::{Env, Result, check_status, sys};
use std::cell::Cell;
use std::ffi::c_void;
use std::ptr::null_mut;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};

/// Wakes the listener, from any thread. Does nothing once its env is gone.
pub struct Wake(Arc<ThreadsafeFunctionHandle>);

/// The JavaScript function that is woken, on its own thread. A threadsafe function would hold a strong reference to it,
/// so it is made without a function, and this has a reference of its own.
pub struct Listener {
    /// Owned by the `Wake`: the threadsafe function owns this value.
    function: Cell<sys::napi_threadsafe_function>,
    reference: Cell<sys::napi_ref>,
    strong: Cell<bool>,
    keeps_loop_alive: Arc<AtomicBool>,
}

impl Wake {
    pub fn call(&self) {
        self.0.with_read_aborted(|gone| {
            if !gone {
                let mode = ThreadsafeFunctionCallMode::NonBlocking.into();
                // SAFETY: `finalize` has not run, and it waits for this lock before the function is freed.
                // The call fails if the env is closing, which is not an error here.
                unsafe { sys::napi_call_threadsafe_function(self.0.get_raw(), null_mut(), mode) };
            }
        });
    }
}

impl Listener {
    /// At first, the listener can be collected, and the event loop is not kept alive.
    pub fn new(env: Env, listener: Function<(), ()>) -> Result<(Wake, Rc<Self>)> {
        let this = Rc::new(Self {
            function: Cell::new(null_mut()),
            reference: Cell::new(null_mut()),
            strong: Cell::new(false),
            keeps_loop_alive: Arc::default(),
        });
        let wake = Wake(ThreadsafeFunctionHandle::null());
        let resource = this.resource(env)?;
        let name = env.create_string("SharedChild")?;
        let (mut reference, mut raw) = (null_mut(), null_mut());
        // SAFETY: this runs on the thread of the env, which has made both values. The pointers that are passed here come
        // back in `finalize`, once, and only if the function could be made.
        unsafe {
            check_status!(sys::napi_create_reference(env.raw(), listener.raw(), 0, &mut reference))?;
            this.reference.set(reference);
            let handle = Arc::downgrade(&wake.0).into_raw().cast_mut().cast();
            let context = Rc::into_raw(Rc::clone(&this)).cast_mut().cast();
            check_status!(sys::napi_create_threadsafe_function(
                env.raw(),
                null_mut(),
                resource.raw(),
                name.raw(),
                0,
                1,
                handle,
                Some(finalize),
                context,
                Some(call),
                &mut raw,
            ))?;
            wake.0.set_raw(raw);
            this.function.set(raw);
            check_status!(sys::napi_unref_threadsafe_function(env.raw(), raw))?;
        }
        Ok((wake, this))
    }

    /// The object that async_hooks report for the function. `jest --detectOpenHandles` calls its `hasRef()`.
    fn resource(&self, env: Env) -> Result<Object<'static>> {
        let mut resource = Object::new(&env)?;
        let keeps_loop_alive = Arc::clone(&self.keeps_loop_alive);
        let has_ref = move |_: FunctionCallContext| Ok(keeps_loop_alive.load(Ordering::Relaxed));
        resource.set("hasRef", env.create_function_from_closure::<(), bool, _>("hasRef", has_ref)?)?;
        Ok(resource)
    }

    /// Sets whether the listener is kept in memory, and whether this thread's event loop is kept alive.
    pub fn hold(&self, env: Env, strong: bool, keeps_loop_alive: bool) {
        let raw = self.function.get();
        let (strength, liveness) = (self.strong.replace(strong), &self.keeps_loop_alive);
        // SAFETY: this runs on the thread of the env, which is alive, since it runs JavaScript. So `finalize` has not run.
        unsafe {
            match (strength, strong) {
                (false, true) => sys::napi_reference_ref(env.raw(), self.reference.get(), null_mut()),
                (true, false) => sys::napi_reference_unref(env.raw(), self.reference.get(), null_mut()),
                _ => sys::Status::napi_ok,
            };
            match (liveness.swap(keeps_loop_alive, Ordering::Relaxed), keeps_loop_alive) {
                (false, true) => sys::napi_ref_threadsafe_function(env.raw(), raw),
                (true, false) => sys::napi_unref_threadsafe_function(env.raw(), raw),
                _ => sys::Status::napi_ok,
            };
        }
    }
}

unsafe extern "C" fn call(env: sys::napi_env, _: sys::napi_value, context: *mut c_void, _: *mut c_void) {
    // The env is closing.
    if env.is_null() {
        return;
    }
    // SAFETY: Node calls this on the thread of the env, before `finalize`, with the context of `new`.
    unsafe {
        let listener = &*context.cast_const().cast::<Listener>();
        let (mut function, mut undefined, mut returned) = (null_mut(), null_mut(), null_mut());
        sys::napi_get_reference_value(env, listener.reference.get(), &mut function);
        // The module has been collected, so there is no listener any more.
        if function.is_null() {
            return;
        }
        sys::napi_get_undefined(env, &mut undefined);
        let argv = std::ptr::null();
        if sys::napi_call_function(env, undefined, function, 0, argv, &mut returned)
            == sys::Status::napi_pending_exception
        {
            let mut exception = null_mut();
            sys::napi_get_and_clear_last_exception(env, &mut exception);
            sys::napi_fatal_exception(env, exception);
        }
    }
}

/// Called when nobody can call the function any more: its last owner is gone, or its env is closing.
unsafe extern "C" fn finalize(env: sys::napi_env, handle: *mut c_void, context: *mut c_void) {
    // SAFETY: both pointers are those that `new` gave away, and this runs once.
    unsafe {
        let handle = Weak::from_raw(handle.cast_const().cast::<ThreadsafeFunctionHandle>());
        if let Some(handle) = handle.upgrade() {
            handle.with_write_aborted(|mut gone| *gone = true);
        }
        let listener = Rc::from_raw(context.cast_const().cast::<Listener>());
        sys::napi_delete_reference(env, listener.reference.get());
    }
}
