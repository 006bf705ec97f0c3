//! Pictures of the main pages for `docs/screens`: `cargo xtask web --screens`.

use web_tests::Scene;

#[tokio::main]
async fn main() {
    Scene::start().await.with_a_month().await.run("screens").await;
}
