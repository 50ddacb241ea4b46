//! Never two winners, never allowed after its time, never an answer to something else than was shown.

use proptest::prelude::*;

use super::*;

fn table() -> Connection {
    let db = Connection::open_in_memory().unwrap();
    db.execute_batch(CREATE.sql).unwrap();
    db
}

fn asked(digest: &str, expires_at: Option<i64>) -> Asked {
    Asked {
        node: "n".into(),
        id: "a".into(),
        digest: digest.into(),
        kind: "exec".into(),
        command: "ls".into(),
        cwd: None,
        agent: None,
        session: None,
        asked_at: None,
        expires_at,
        seen_at: 0,
        end: None,
    }
}

fn end(decision: Decision, by: &str) -> End {
    End { decision, by: Some(by.into()), at: 1 }
}

fn run<T>(db: &mut Connection, work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>) -> T {
    let tx = db.transaction().unwrap();
    let done = work(&tx).unwrap();
    tx.commit().unwrap();
    done
}

#[test]
fn of_two_that_answer_the_second_is_told_who_was_first() {
    let mut db = table();
    run(&mut db, |tx| note(tx, &asked("d", None)));
    let mut claims = |by: &str, now| run(&mut db, |tx| claim(tx, ("n", "a"), "d", by, now));
    assert_eq!(claims("you", 10), Claim::Mine);
    assert_eq!(claims("you, with pilot", 11), Claim::Taken { by: "you".into() });
    assert_eq!(claims("you, with pilot", 10 + CLAIM_MS), Claim::Mine, "a claim of one that died lapses");
    run(&mut db, |tx| settle(tx, "n", "a", &end(Decision::Deny, "anna")));
    assert_eq!(run(&mut db, |tx| claim(tx, ("n", "a"), "d", "you", 12)), Claim::Ended(end(Decision::Deny, "anna")));
}

#[test]
fn a_claim_is_kept_for_another_try_by_its_holder_alone_and_not_past_the_requests_time() {
    let mut db = table();
    run(&mut db, |tx| note(tx, &asked("d", Some(500_000))));
    assert_eq!(run(&mut db, |tx| claim(tx, ("n", "a"), "d", "you", 10)), Claim::Mine);
    let mut renew = |by: &str, since, now| run(&mut db, |tx| renew(tx, ("n", "a"), by, since, now));
    assert!(!renew("rule 1", 10, 20) && !renew("you", 9, 20), "only who holds it");
    assert!(renew("you", 10, 80_000));
    assert!(!renew("you", 10, 80_001), "the same name, but another one");
    assert!(!renew("you", 80_000, 500_000), "it has expired");
    let late = run(&mut db, |tx| claim(tx, ("n", "a"), "d", "anna", 10 + CLAIM_MS));
    assert_eq!(late, Claim::Taken { by: "you".into() }, "it holds from the renewal on");
}

#[test]
fn an_answer_to_what_it_no_longer_asks_is_refused_and_the_question_is_open_again() {
    let mut db = table();
    run(&mut db, |tx| note(tx, &asked("d", None)));
    run(&mut db, |tx| settle(tx, "n", "a", &end(Decision::Once, "you")));
    run(&mut db, |tx| note(tx, &asked("other", None)));
    assert_eq!(run(&mut db, |tx| claim(tx, ("n", "a"), "d", "you", 1)), Claim::Changed);
    assert_eq!(run(&mut db, |tx| claim(tx, ("n", "a"), "other", "you", 1)), Claim::Mine);
}

#[test]
fn what_is_unknown_here_is_not_answered() {
    let mut db = table();
    assert_eq!(run(&mut db, |tx| claim(tx, ("n", "a"), "d", "you", 1)), Claim::Changed);
}

#[test]
fn a_guess_gives_way_to_a_word_and_a_word_to_nothing() {
    let mut db = table();
    run(&mut db, |tx| note(tx, &asked("d", Some(5))));
    assert_eq!(run(&mut db, |tx| expire(tx, 5)), 1);
    assert!(run(&mut db, |tx| settle(tx, "n", "a", &end(Decision::Deny, "anna"))));
    assert!(!run(&mut db, |tx| settle(tx, "n", "a", &end(Decision::Once, "bob"))));
    assert!(!run(&mut db, |tx| settle(tx, "n", "a", &end(Decision::Deny, "pilothouse"))));
    let kept = get(&db, "n", "a").unwrap().unwrap();
    assert_eq!(kept.end, Some(end(Decision::Deny, "anna")));
    assert_eq!(since(&db, 0, 9).unwrap(), [kept]);
    assert_eq!(run(&mut db, |tx| prune(tx, 1)), 1);
}

/// Something that happens around one request.
#[derive(Debug, Clone)]
enum Step {
    Claim { by: usize, digest: usize, wait: i64 },
    Release { by: usize },
    Settle { by: usize, decision: Decision },
    Note { digest: usize, expires_at: Option<i64> },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let decision =
        prop_oneof![Just(Decision::Once), Just(Decision::Always), Just(Decision::Deny), Just(Decision::Expired)];
    let step = prop_oneof![
        4 => (0..3_usize, 0..2_usize, 0..CLAIM_MS / 2).prop_map(|(by, digest, wait)| Step::Claim { by, digest, wait }),
        1 => (0..3_usize).prop_map(|by| Step::Release { by }),
        1 => (0..3_usize, decision).prop_map(|(by, decision)| Step::Settle { by, decision }),
        1 => (0..2_usize, prop::option::of(0..CLAIM_MS * 4)).prop_map(|(digest, expires_at)| Step::Note { digest, expires_at }),
    ];
    prop::collection::vec(step, 1..40)
}

const BY: [&str; 3] = ["you", "you, with pilot", "rule 1"];
const DIGEST: [&str; 2] = ["d0", "d1"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn there_are_never_two_winners_and_none_after_the_end(steps in steps()) {
        let mut db = table();
        let mut now = 0;
        let mut holder: Option<(usize, i64)> = None;
        let (mut digest, mut expires, mut over) = (0, Some(CLAIM_MS * 2), false);
        run(&mut db, |tx| note(tx, &asked(DIGEST[0], expires)));
        for step in steps {
            match step {
                Step::Claim { by, digest: shown, wait } => {
                    now += wait;
                    let won = run(&mut db, |tx| claim(tx, ("n", "a"), DIGEST[shown], BY[by], now)) == Claim::Mine;
                    let free = holder.is_none_or(|(_, at)| at + CLAIM_MS <= now);
                    let may = free && !over && shown == digest && expires.is_none_or(|at| at > now);
                    prop_assert_eq!(won, may);
                    if won {
                        holder = Some((by, now));
                    }
                }
                Step::Release { by } => {
                    let since = holder.filter(|(held, _)| *held == by).map_or(-1, |(_, at)| at);
                    run(&mut db, |tx| release(tx, ("n", "a"), BY[by], since));
                    holder = holder.filter(|(held, _)| *held != by);
                }
                Step::Settle { by, decision } => {
                    let before = get(&db, "n", "a").unwrap().unwrap().end;
                    run(&mut db, |tx| settle(tx, "n", "a", &end(decision, BY[by])));
                    let after = get(&db, "n", "a").unwrap().unwrap().end;
                    let firm = |end: &Option<End>| end.as_ref().is_some_and(|end| !matches!(end.decision, Decision::Expired | Decision::Unknown));
                    if firm(&before) {
                        prop_assert_eq!(before.unwrap().decision, after.unwrap().decision);
                    }
                    (over, holder) = (true, None);
                }
                Step::Note { digest: next, expires_at } => {
                    run(&mut db, |tx| note(tx, &asked(DIGEST[next], expires_at)));
                    if next != digest {
                        (over, holder) = (false, None);
                    }
                    (digest, expires) = (next, expires_at);
                }
            }
        }
    }
}
