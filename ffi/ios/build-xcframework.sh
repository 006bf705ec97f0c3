#!/usr/bin/env bash
# Builds the XCFramework for devices and simulators and generates the Swift code. Needs
# a Mac with Xcode and `rustup target add aarch64-apple-ios aarch64-apple-ios-sim`.
set -euo pipefail
cd "$(dirname "$0")/../.."

targets=(aarch64-apple-ios aarch64-apple-ios-sim)
out=ffi/ios/build
rm -rf "$out" ffi/ios/Sources
mkdir -p "$out/headers" ffi/ios/Sources/Hamgam

# A static library links into the app; apps on phones bring their own HTTP.
for target in "${targets[@]}"; do
    cargo rustc --package ffi --lib --no-default-features --profile phone --target "$target" \
        --crate-type staticlib
done
cargo run --quiet --package bindings --bin uniffi-bindgen -- \
    generate "target/${targets[0]}/phone/libhamgam.a" --language swift --no-format --out-dir "$out/swift"
mv "$out/swift/Hamgam.swift" ffi/ios/Sources/Hamgam/
mv "$out/swift/HamgamFFI.h" "$out/headers/"
mv "$out/swift/HamgamFFI.modulemap" "$out/headers/module.modulemap"

frameworks=()
for target in "${targets[@]}"; do
    strip -x "target/$target/phone/libhamgam.a"
    frameworks+=(-library "target/$target/phone/libhamgam.a" -headers "$out/headers")
done
xcodebuild -create-xcframework "${frameworks[@]}" -output "$out/HamgamFFI.xcframework"
