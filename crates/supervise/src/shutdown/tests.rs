//! What a shutdown promises: it waits, then aborts and names; it leaves what is beside it alone.

use std::future::pending;
use std::sync::mpsc::sync_channel;

use super::*;
use crate::status::{End, State};
use crate::{Restart, Scope};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn tasks_that_end_within_the_grace_are_waited_for() {
    let root = Scope::root("fleet");
    let stop = root.clone();
    root.spawn("log", async move {
        stop.cancelled().await;
        tokio::time::sleep(2 * SECOND).await;
        Ok::<_, String>(())
    });
    let began = Instant::now();
    let mut reports = root.reports();
    assert_eq!(root.shutdown(5 * SECOND).await, Drained::InTime);
    assert_eq!(began.elapsed(), 2 * SECOND);
    assert_eq!(reports.try_recv().unwrap().end, End::Finished);
    assert!(root.status().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_task_that_does_not_end_is_aborted_and_named() {
    let root = Scope::root("fleet");
    root.child("link homelab").spawn("reader", pending::<Result<(), String>>());
    root.spawn("log", async { Ok::<_, String>(()) });
    let began = Instant::now();
    let drained = root.shutdown(5 * SECOND).await;
    assert_eq!(began.elapsed(), 5 * SECOND);
    let tasks = vec!["fleet/link homelab/reader".to_owned()];
    assert_eq!(drained, Drained::Aborted { tasks, stuck: Vec::new() });
    assert_eq!(drained.to_string(), "the time to end was over; aborted: fleet/link homelab/reader");
    assert_eq!(root.status()[0].state, State::Aborted);
}

#[tokio::test(start_paused = true)]
async fn a_child_shut_down_leaves_its_siblings_alone() {
    let root = Scope::root("fleet");
    let (left, right) = (root.child("left"), root.child("right"));
    left.spawn_forever("reader", Restart::Never, pending);
    right.spawn_forever("reader", Restart::Never, pending);
    assert!(!left.shutdown(SECOND).await.in_time());
    assert!(!right.is_cancelled() && !root.is_cancelled());
    assert_eq!(right.status()[0].state, State::Running);
    right.spawn("another", pending::<Result<(), String>>());
    assert_eq!(right.status().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_empty_scope_is_shut_down_at_once_and_twice() {
    let root = Scope::root("fleet");
    let began = Instant::now();
    assert!(root.shutdown(5 * SECOND).await.in_time());
    assert!(root.shutdown(5 * SECOND).await.in_time());
    assert_eq!(began.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_task_waiting_to_start_again_ends_at_once() {
    let root = Scope::root("fleet");
    let mut reports = root.reports();
    let backoff = Restart::Backoff { first: 60 * SECOND, cap: 60 * SECOND };
    root.spawn_forever("reader", backoff, || async { Err("refused".to_owned()) });
    reports.recv().await.unwrap();
    let began = Instant::now();
    assert!(root.shutdown(5 * SECOND).await.in_time());
    assert_eq!(began.elapsed(), Duration::ZERO);
}

#[tokio::test]
async fn threads_end_after_the_tasks_they_serve() {
    let root = Scope::root("store");
    let (send, inbox) = sync_channel::<&str>(1);
    let (tell, told) = sync_channel::<&str>(4);
    let (stop, runtime) = (root.child("writer"), tokio::runtime::Handle::current());
    root.thread("writer", move || {
        tell.send(inbox.recv().unwrap()).unwrap();
        runtime.block_on(stop.closing());
        tell.send("closed").unwrap();
    })
    .unwrap();
    let stop = root.child("tasks");
    root.spawn("last words", async move {
        stop.cancelled().await;
        send.send("saved")
    });
    assert_eq!(root.shutdown(30 * SECOND).await, Drained::InTime);
    assert_eq!(told.iter().collect::<Vec<_>>(), ["saved", "closed"]);
}

#[tokio::test]
async fn work_that_cannot_be_aborted_is_named_as_still_running() {
    let root = Scope::root("shell");
    let (release, held) = sync_channel::<()>(1);
    let (tell, began) = tokio::sync::oneshot::channel();
    let scope = root.clone();
    root.spawn("ask the keyring", async move {
        let ask = scope.blocking("keyring", move || {
            tell.send(()).unwrap();
            held.recv()
        });
        ask.await.map(drop)
    });
    began.await.unwrap();
    let drained = root.shutdown(Duration::from_millis(20)).await;
    let (tasks, stuck) = (vec!["shell/ask the keyring".to_owned()], vec!["shell/keyring".to_owned()]);
    assert_eq!(drained, Drained::Aborted { tasks, stuck });
    release.send(()).unwrap();
}

#[test]
fn tasks_that_end_with_their_runtime_count_as_aborted() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let root = runtime.block_on(async {
        let root = Scope::root("fleet");
        root.spawn("reader", pending::<Result<(), String>>());
        root
    });
    drop(runtime);
    assert_eq!(root.status()[0].state, State::Aborted);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_runs_after_a_shutdown_that_raced_with_starts() {
    for _ in 0..200 {
        let root = Scope::root("race");
        let running = Arc::new(AtomicUsize::new(0));
        let starters = Scope::root("starters");
        for _ in 0..4 {
            let (scope, running) = (root.child("starter"), running.clone());
            starters.spawn("starter", async move {
                while !scope.is_cancelled() {
                    let (stop, running) = (scope.clone(), running.clone());
                    scope.spawn("task", async move {
                        running.fetch_add(1, Ordering::SeqCst);
                        stop.cancelled().await;
                        running.fetch_sub(1, Ordering::SeqCst);
                        Ok::<_, String>(())
                    });
                    tokio::task::yield_now().await;
                }
                Ok::<_, String>(())
            });
        }
        tokio::task::yield_now().await;
        assert_eq!(root.shutdown(30 * SECOND).await, Drained::InTime);
        assert_eq!(running.load(Ordering::SeqCst), 0);
        assert_eq!(starters.shutdown(30 * SECOND).await, Drained::InTime);
        assert_eq!(running.load(Ordering::SeqCst), 0);
        assert!(root.status().is_empty());
    }
}
