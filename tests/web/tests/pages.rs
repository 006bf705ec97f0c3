//! Each page in a browser, one script each (`sync-server/web/tests/browser`).

use web_tests::Scene;

/// A representative's month: opened down to its cases, exported, nobody else's.
#[tokio::test(flavor = "multi_thread")]
async fn the_month() {
    Scene::start().await.with_a_month().await.run("month").await;
}

/// A year of several agencies: the line of the months, and the quarters of the others.
#[tokio::test(flavor = "multi_thread")]
async fn the_year() {
    Scene::start().await.with_a_year().await.run("year").await;
}

/// People, phones, agencies, versions that are tried, files that are tried.
#[tokio::test(flavor = "multi_thread")]
async fn administration() {
    Scene::start().await.with_a_month().await.run("admin").await;
}

/// Signing in, three languages, the list of jobs; what a first load costs.
#[tokio::test(flavor = "multi_thread")]
async fn the_shell_and_the_list_of_jobs() {
    Scene::start().await.run("shell").await;
}

/// Assigned by drag and by keyboard, followed in a second browser, moved by a phone.
#[tokio::test(flavor = "multi_thread")]
async fn the_board() {
    Scene::start().await.run("board").await;
}

/// The job with its clocks, history, edits; a script in a note does not run.
#[tokio::test(flavor = "multi_thread")]
async fn the_job() {
    Scene::start().await.run("job").await;
}

/// Conflicts side by side and decided.
#[tokio::test(flavor = "multi_thread")]
async fn the_inbox() {
    Scene::start().await.run("inbox").await;
}

/// A request from its registration to its hand-over, worklists, deadlines, files by mail.
#[tokio::test(flavor = "multi_thread")]
async fn the_desk() {
    Scene::start().await.with_a_mail().await.run("desk").await;
}

/// A frozen month: a representative objects, the quality officer answers, a new version.
#[tokio::test(flavor = "multi_thread")]
async fn objections() {
    Scene::start().await.with_a_month().await.in_the_month_after().await.run("objections").await;
}
