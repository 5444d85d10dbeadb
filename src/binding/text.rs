//! Converts JavaScript's strings to the form that the core takes.

use napi::bindgen_prelude::{FromNapiValue, ToNapiValue, TypeName, ValidateNapiValue};
use napi::{Result, ValueType, sys};
use std::ffi::CStr;

/// On Windows, UTF-16 that need not be well-formed, as in JavaScript. Elsewhere, UTF-8, in which half of a surrogate pair
/// becomes U+FFFD, as in child_process.
#[cfg(windows)]
type Crossing = napi::bindgen_prelude::Utf16String;
#[cfg(not(windows))]
type Crossing = String;

/// The bytes of a string in UTF-8. On Windows, in WTF-8.
pub struct Text(Vec<u8>);

impl From<Text> for Vec<u8> {
    fn from(text: Text) -> Self {
        text.0
    }
}

impl From<&CStr> for Text {
    fn from(string: &CStr) -> Self {
        Self(string.to_bytes().to_vec())
    }
}

#[cfg(windows)]
impl Text {
    fn from_crossing(string: Crossing) -> Self {
        Self(crate::core::spawn::wtf8::from_utf16(&string))
    }

    fn into_crossing(self) -> Crossing {
        crate::core::spawn::wtf8::to_utf16(&self.0).into()
    }
}

#[cfg(not(windows))]
impl Text {
    fn from_crossing(string: Crossing) -> Self {
        Self(string.into_bytes())
    }

    fn into_crossing(self) -> Crossing {
        String::from_utf8_lossy(&self.0).into_owned()
    }
}

impl TypeName for Text {
    fn type_name() -> &'static str {
        String::type_name()
    }

    fn value_type() -> ValueType {
        String::value_type()
    }
}

impl ValidateNapiValue for Text {}

impl FromNapiValue for Text {
    unsafe fn from_napi_value(env: sys::napi_env, value: sys::napi_value) -> Result<Self> {
        // SAFETY: as promised by the caller.
        unsafe { Crossing::from_napi_value(env, value) }.map(Self::from_crossing)
    }
}

impl ToNapiValue for Text {
    unsafe fn to_napi_value(env: sys::napi_env, text: Self) -> Result<sys::napi_value> {
        // SAFETY: as promised by the caller.
        unsafe { Crossing::to_napi_value(env, text.into_crossing()) }
    }
}
