//! What follows when a task that should run forever ends.

use std::future::pending;

use super::*;
use crate::Scope;
use crate::status::State;

const SECOND: Duration = Duration::from_secs(1);
const BACKOFF: Restart = Restart::Backoff { first: SECOND, cap: Duration::from_secs(8) };

#[tokio::test(start_paused = true)]
async fn an_end_before_cancellation_is_a_failure_even_without_an_error() {
    let root = Scope::root("fleet");
    let mut reports = root.reports();
    root.spawn_forever("publish", Restart::Never, || async { Ok(()) });
    let report = reports.recv().await.unwrap();
    let why = "it ended, but should run until it is told to stop".to_owned();
    assert_eq!((report.end, report.restart_in), (End::Failed(why), None));
    assert_eq!(root.status()[0].state, State::Failed);
}

#[tokio::test(start_paused = true)]
async fn an_end_after_cancellation_is_none() {
    let root = Scope::root("fleet");
    let mut reports = root.reports();
    let stop = root.clone();
    root.spawn_forever("publish", BACKOFF, move || {
        let stop = stop.clone();
        async move {
            stop.cancelled().await;
            Ok(())
        }
    });
    assert!(root.shutdown(SECOND).await.in_time());
    let report = reports.recv().await.unwrap();
    assert_eq!((report.end, report.restarts, report.restart_in), (End::Finished, 0, None));
}

#[tokio::test(start_paused = true)]
async fn a_failed_task_starts_again_after_doubling_pauses_up_to_the_cap() {
    let root = Scope::root("fleet");
    let mut reports = root.reports();
    root.spawn_forever("reader", BACKOFF, || async { Err("refused".to_owned()) });
    for (restarts, full) in [(0, 1), (1, 2), (2, 4), (3, 8), (4, 8)] {
        let began = Instant::now();
        let report = reports.recv().await.unwrap();
        assert_eq!((report.restarts, report.end), (restarts, End::Failed("refused".to_owned())));
        let pause = report.restart_in.unwrap();
        assert!(pause <= full * SECOND && pause >= full * SECOND / 2, "{pause:?} of {full} s");
        let status = root.status();
        assert_eq!(status[0].state, State::BackingOff { until: Instant::now() + pause });
        assert_eq!(status[0].last_end, Some(End::Failed("refused".to_owned())));
        assert!(restarts == 0 || began.elapsed() > Duration::ZERO);
    }
}

#[tokio::test(start_paused = true)]
async fn pauses_begin_anew_after_a_long_life() {
    let root = Scope::root("fleet");
    let mut reports = root.reports();
    let mut lives = 0;
    root.spawn_forever("reader", BACKOFF, move || {
        lives += 1;
        let long = lives == 4;
        async move {
            if long {
                tokio::time::sleep(9 * SECOND).await;
            }
            Err("reset".to_owned())
        }
    });
    let mut pauses = Vec::new();
    for _ in 0..5 {
        pauses.push(reports.recv().await.unwrap().restart_in.unwrap());
    }
    assert!(pauses[2] >= 2 * SECOND, "{pauses:?}");
    assert!(pauses[3] <= SECOND, "{pauses:?}");
    assert!(pauses[4] >= SECOND, "{pauses:?}");
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_survived_in_the_task_and_in_what_makes_it() {
    let root = Scope::root("fleet");
    let mut reports = root.reports();
    let mut lives = 0;
    root.spawn_forever("reader", BACKOFF, move || {
        lives += 1;
        let life = lives;
        assert_ne!(life, 1, "in the making");
        async move {
            assert_ne!(life, 2, "in the task");
            pending().await
        }
    });
    for part in ["in the making", "in the task"] {
        let End::Panicked(message) = reports.recv().await.unwrap().end else { panic!("no panic") };
        assert!(message.contains(part), "{message}");
    }
    tokio::time::sleep(10 * SECOND).await;
    let status = root.status();
    assert_eq!((status[0].state, status[0].restarts), (State::Running, 2));
}

#[test]
fn pauses_differ_from_each_other() {
    let pause = || BACKOFF.pause(&mut 0, Duration::ZERO).unwrap();
    assert!((0..20).any(|_| pause() != pause()));
}

#[test]
fn many_failures_do_not_overflow_the_pause() {
    let mut failures = u32::MAX - 1;
    for _ in 0..3 {
        assert!(BACKOFF.pause(&mut failures, Duration::ZERO).unwrap() <= 8 * SECOND);
    }
    let huge = Restart::Backoff { first: Duration::MAX, cap: Duration::MAX };
    assert!(huge.pause(&mut 3, Duration::ZERO).is_some());
}
