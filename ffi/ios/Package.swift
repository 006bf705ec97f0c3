// swift-tools-version: 5.9
// The Swift package for iOS apps. `build-xcframework.sh` makes what it refers to.

import PackageDescription

let package = Package(
    name: "Hamgam",
    platforms: [.iOS(.v15), .macOS(.v12)],
    products: [.library(name: "Hamgam", targets: ["Hamgam"])],
    targets: [
        .binaryTarget(name: "HamgamFFI", path: "build/HamgamFFI.xcframework"),
        .target(name: "Hamgam", dependencies: ["HamgamFFI"]),
    ]
)
