// The library module for Android apps: `include(":hamgam")` with this directory. It
// builds the Rust library for each ABI with cargo-ndk and generates the Kotlin code
// out of it. Needs the NDK, `cargo install cargo-ndk`, and
// `rustup target add aarch64-linux-android armv7-linux-androideabi x86_64-linux-android`.

plugins {
    id("com.android.library")
    id("org.jetbrains.kotlin.android")
}

val root = projectDir.resolve("../..").canonicalFile
val libraries = layout.buildDirectory.dir("rust/jniLibs")
val sources = layout.buildDirectory.dir("rust/kotlin")

android {
    namespace = "ir.hamgam.field"
    compileSdk = 35
    defaultConfig {
        // java.time.Instant, which instants are given as.
        minSdk = 26
        consumerProguardFiles("consumer-rules.pro")
    }
    sourceSets["main"].jniLibs.srcDir(libraries)
    sourceSets["main"].kotlin.srcDir(sources)
}

kotlin { jvmToolchain(17) }

dependencies {
    api("org.jetbrains.kotlinx:kotlinx-coroutines-core:1.10.2")
    implementation("net.java.dev.jna:jna:5.17.0@aar")
}

val buildRust by tasks.registering(Exec::class) {
    description = "Builds the Rust library for each ABI; apps on phones bring their own HTTP."
    workingDir = root
    // Functions that came out the same are kept once, and relocations packed.
    environment("RUSTFLAGS", "-Clink-arg=-Wl,--icf=safe -Clink-arg=-Wl,--pack-dyn-relocs=android")
    commandLine(
        "cargo", "ndk", "--platform", "26", "-t", "arm64-v8a", "-t", "armeabi-v7a", "-t", "x86_64",
        "-o", libraries.get().asFile.path,
        "build", "--package", "ffi", "--lib", "--no-default-features", "--profile", "phone",
    )
    outputs.upToDateWhen { false } // cargo knows better
}

val generateKotlin by tasks.registering(Exec::class) {
    description = "Generates the Kotlin code out of the library before it is stripped."
    dependsOn(buildRust)
    workingDir = root
    commandLine(
        "cargo", "run", "--quiet", "--package", "bindings", "--bin", "uniffi-bindgen", "--",
        "generate", "target/aarch64-linux-android/phone/libhamgam.so", "--language", "kotlin", "--no-format",
        "--config", "ffi/android/uniffi.toml", "--out-dir", sources.get().asFile.path,
    )
}

tasks.named("preBuild") { dependsOn(generateKotlin) }
