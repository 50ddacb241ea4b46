//! What a scope promises about starting, naming, cancelling and showing its tasks.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::node::REMEMBERED;
use crate::status::State;

const SECOND: Duration = Duration::from_secs(1);

/// A task that does nothing until its scope is cancelled.
fn obedient(scope: &Scope, name: &str) {
    let stop = scope.clone();
    scope.spawn(name, async move {
        stop.cancelled().await;
        Ok::<_, String>(())
    });
}

fn paths(scope: &Scope) -> Vec<String> {
    scope.status().into_iter().map(|task| task.path).collect()
}

#[tokio::test(start_paused = true)]
async fn a_finite_task_reports_its_end_and_leaves_the_list() {
    let root = Scope::root("fleet");
    let mut reports = root.reports();
    root.child("link homelab").spawn("greet", async { Ok::<_, String>(()) });
    let report = reports.recv().await.unwrap();
    assert_eq!((report.path.as_str(), report.end), ("fleet/link homelab/greet", End::Finished));
    assert!(root.status().is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_error_is_a_failure_that_stays_visible() {
    let root = Scope::root("fleet");
    let mut reports = root.reports();
    root.spawn("greet", async { Err("no route") });
    assert_eq!(reports.recv().await.unwrap().end, End::Failed("no route".to_owned()));
    let status = root.status();
    assert_eq!(status.len(), 1);
    assert_eq!(status[0].state, State::Failed);
    assert_eq!(status[0].to_string(), "fleet/greet: failed, last failed: no route");
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_a_failure_with_its_message_and_disturbs_nothing_else() {
    let root = Scope::root("fleet");
    let mut reports = root.reports();
    obedient(&root, "neighbour");
    let number = 7;
    root.spawn("broken", async move {
        if number == 7 {
            panic!("number {number}");
        }
        Ok::<_, String>(())
    });
    assert_eq!(reports.recv().await.unwrap().end, End::Panicked("number 7".to_owned()));
    let states: Vec<_> = root.status().into_iter().map(|task| task.state).collect();
    assert_eq!(states, [State::Failed, State::Running]);
    assert!(root.shutdown(SECOND).await.in_time());
}

#[tokio::test(start_paused = true)]
async fn a_child_scope_is_cancelled_with_its_parent() {
    let root = Scope::root("fleet");
    let (left, right) = (root.child("left"), root.child("right").child("below"));
    left.cancel();
    assert!(left.is_cancelled() && !right.is_cancelled() && !root.is_cancelled());
    root.cancel();
    assert!(right.is_cancelled());
}

#[tokio::test(start_paused = true)]
async fn nothing_starts_in_a_cancelled_scope() {
    let root = Scope::root("fleet");
    root.cancel();
    let started = Arc::new(AtomicUsize::new(0));
    let count = |started: &AtomicUsize| {
        started.fetch_add(1, Ordering::SeqCst);
    };
    let (one, two, three, four) = (started.clone(), started.clone(), started.clone(), started.clone());
    root.spawn("finite", async move {
        count(&one);
        Ok::<_, String>(())
    });
    root.spawn_forever("forever", Restart::Never, move || {
        count(&two);
        pending()
    });
    let blocking = root.blocking("blocking", move || count(&three)).await;
    assert_eq!(blocking, Err(Lost::Cancelled { task: "fleet/blocking".to_owned() }));
    assert!(root.thread("thread", move || count(&four)).is_err());
    assert!(root.shutdown(SECOND).await.in_time());
    assert_eq!(started.load(Ordering::SeqCst), 0);
    assert!(root.status().is_empty());
}

#[tokio::test(start_paused = true)]
async fn dropping_the_last_root_handle_cancels_the_tree() {
    let root = Scope::root("fleet");
    let (again, child) = (root.clone(), root.child("link"));
    drop(root);
    assert!(!child.is_cancelled());
    drop(again);
    child.cancelled().await;
}

#[tokio::test(start_paused = true)]
async fn the_list_shows_the_whole_subtree_by_path_and_a_dropped_child_too() {
    let root = Scope::root("fleet");
    let link = root.child("link homelab");
    obedient(&root, "publish");
    obedient(&link, "reader");
    obedient(&link, "keepalive");
    obedient(&root.child("link office"), "reader");
    assert_eq!(paths(&link), ["fleet/link homelab/keepalive", "fleet/link homelab/reader"]);
    drop(link);
    let all =
        ["fleet/link homelab/keepalive", "fleet/link homelab/reader", "fleet/link office/reader", "fleet/publish"];
    assert_eq!(paths(&root), all);
}

#[tokio::test(start_paused = true)]
async fn failures_of_a_scope_that_is_gone_stay_visible_above_it() {
    let root = Scope::root("fleet");
    let mut reports = root.reports();
    root.child("link homelab").spawn("reader", async { Err("reset") });
    reports.recv().await.unwrap();
    tokio::task::yield_now().await;
    assert_eq!(paths(&root), ["fleet/link homelab/reader"]);
}

#[tokio::test(start_paused = true)]
async fn a_listener_hears_its_subtree_and_nothing_beside_it() {
    let root = Scope::root("fleet");
    let (left, right) = (root.child("left"), root.child("right"));
    let (mut all, mut only_left) = (root.reports(), left.reports());
    right.spawn("task", async { Ok::<_, String>(()) });
    assert_eq!(all.recv().await.unwrap().path, "fleet/right/task");
    left.spawn("task", async { Ok::<_, String>(()) });
    assert_eq!(all.recv().await.unwrap().path, "fleet/left/task");
    assert_eq!(only_left.try_recv().unwrap().path, "fleet/left/task");
    assert!(only_left.try_recv().is_err());
}

#[tokio::test]
async fn a_hundred_thousand_tasks_leave_nothing_behind() {
    let root = Scope::root("soak");
    let done = Arc::new(AtomicUsize::new(0));
    for round in 0..100 {
        let child = root.child("round");
        for number in 0..1_000 {
            let done = done.clone();
            child.spawn("task", async move {
                done.fetch_add(1, Ordering::Relaxed);
                if number % 100 == 0 { Err(format!("{round}")) } else { Ok(()) }
            });
        }
        assert!(child.shutdown(Duration::from_secs(30)).await.in_time());
    }
    assert_eq!(done.load(Ordering::Relaxed), 100_000);
    let status = root.status();
    assert_eq!(status.len(), REMEMBERED);
    assert!(status.iter().all(|task| task.state == State::Failed));
    assert!(status.iter().any(|task| task.last_end == Some(End::Failed("99".to_owned()))));
}

#[tokio::test]
async fn blocking_work_answers_and_its_panic_is_the_callers_error() {
    let root = Scope::root("gateway");
    assert_eq!(root.blocking("hash", || 6 * 7).await, Ok(42));
    let lost = root.blocking("keyring", || panic!("locked")).await;
    let expected = Lost::Panicked { task: "gateway/keyring".to_owned(), message: "locked".to_owned() };
    assert_eq!(lost, Err::<(), _>(expected));
    assert_eq!(paths(&root), ["gateway/keyring"]);
}

#[tokio::test]
async fn a_thread_has_a_name_and_a_reported_end() {
    let root = Scope::root("store");
    let mut reports = root.reports();
    let (send, name) = std::sync::mpsc::sync_channel(1);
    root.thread("writer", move || send.send(std::thread::current().name().map(str::to_owned)).unwrap()).unwrap();
    assert_eq!(reports.recv().await.unwrap().path, "store/writer");
    assert_eq!(name.recv().unwrap().as_deref(), Some("writer"));
    root.thread("reader", || panic!("torn page")).unwrap();
    assert_eq!(reports.recv().await.unwrap().end, End::Panicked("torn page".to_owned()));
}

#[test]
fn a_task_outside_of_any_runtime_fails_with_the_reason() {
    let root = Scope::root("shell");
    root.spawn("early", async { Ok::<_, String>(()) });
    let status = root.status();
    assert_eq!(status[0].last_end, Some(End::Failed("there is no async runtime to run it on".to_owned())));
}

#[test]
fn tasks_run_on_the_runtime_their_root_was_made_on() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
    let root = runtime.block_on(async { Scope::root("shell") });
    let (send, ran) = std::sync::mpsc::sync_channel(1);
    root.child("late").spawn("task", async move { send.send(()) });
    assert_eq!(ran.recv_timeout(Duration::from_secs(10)), Ok(()));
}
