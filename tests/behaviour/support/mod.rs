//! What the tests share.

pub mod host;
pub mod kinds;
pub mod limit;
pub mod namespace;
pub mod own_process;
pub mod plans;
pub mod proc;
pub mod refuse;
pub mod temporary;
