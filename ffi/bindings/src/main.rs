//! Generates the bindings out of the built library, which describes itself:
//! `uniffi-bindgen generate --library libhamgam.so --language kotlin --out-dir DIR`.

fn main() {
    uniffi::uniffi_bindgen_main();
}
