fn main() {
    // Else cargo looks at every file of the folder, and in .cache there may be a whole system.
    println!("cargo:rerun-if-changed=build.rs");
    // napi's set-up asks the linker for what only a Node host has; the core alone needs none of it.
    // On windows-gnu it would also look for a libnode.dll, which napi's dynamic symbols make unnecessary.
    #[cfg(feature = "binding")]
    if std::env::var("CARGO_CFG_TARGET_ENV").as_deref() != Ok("gnu")
        || std::env::var("CARGO_CFG_TARGET_OS").as_deref() != Ok("windows")
    {
        napi_build::setup();
    }
}
