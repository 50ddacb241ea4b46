//! The desk of a night: agents ask whether they may write a file, and people answer: hastily, late, two at once with
//! two minds, once and for all. What was written is held against what was allowed.
//!
//! A file's length says which question it comes from, and so does the question's command.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::ensure;
use contract::approval::{Answer, Approval, Keeper, Rule};
use contract::calls::Decide;
use contract::{Code, Fault, Handler, Update};
use fleet::Fleet;
use fleet::core::Clock;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::pace::Watch;
use super::report::Report;
use crate::rng::Rng;

/// The files that are asked for.
const FILES: [&str; 3] = ["a", "b", "c"];
/// How long a gateway waits for an answer, and how long after that its file may be found at the latest.
const PATIENCE: Duration = Duration::from_secs(120 + 30);
/// How often somebody answers a question that stays, and how long after the last time.
const TRIES: u32 = 4;
const AGAIN: Duration = Duration::from_secs(20);

/// What people see and did.
pub struct Desk {
    rng: Rng,
    cards: HashMap<String, Card>,
    /// Answers on their way.
    going: JoinSet<Vec<Given>>,
    /// What may be written, and how many answers say so: those that were taken, those on their way, and those of which
    /// nobody knows.
    allowed: HashMap<Allowed, u32>,
    /// How long the files were when last looked at.
    found: HashMap<&'static str, usize>,
}

/// What an answer allows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Allowed {
    /// One message to write its file.
    Message(usize),
    /// All messages to write that file, by the gateway's own rule.
    ByNode(String),
    /// The same by a rule that is kept here.
    ByRule(String),
}

/// An answer that somebody gave, and what came of it.
struct Given {
    shown: Approval,
    answer: Answer,
    /// Whether the question had expired when it was given.
    late: bool,
    taken: Result<(), Fault>,
}

/// A question on the desk.
struct Card {
    shown: Approval,
    seen: Instant,
    /// When it is answered.
    due: Instant,
    tries: u32,
}

/// What is said to ask for a file, under the number of that message.
pub fn wish(number: usize, rng: &mut Rng) -> String {
    let file = FILES[usize::try_from(rng.between(0, FILES.len() as u64)).unwrap_or_default()];
    format!("write {file}.txt {}", "x".repeat(number + 1))
}

impl Desk {
    pub fn new(seed: u64) -> Desk {
        Desk {
            rng: Rng::from(!seed),
            cards: HashMap::new(),
            going: JoinSet::new(),
            allowed: HashMap::new(),
            found: HashMap::new(),
        }
    }

    /// What the window is told.
    pub fn hear(&mut self, update: Update) {
        match update {
            Update::Approvals { approvals } => {
                self.cards.retain(|id, _| approvals.iter().any(|shown| shown.id == *id));
                approvals.into_iter().for_each(|shown| self.show(shown));
            }
            Update::Approval { approval } => self.show(*approval),
            _ => {}
        }
    }

    fn show(&mut self, shown: Approval) {
        if let Some(card) = self.cards.get_mut(&shown.id) {
            card.shown = shown;
            return;
        }
        let seen = Instant::now();
        // Some answer at once, and some when it is too late.
        let due = seen + Duration::from_secs(self.rng.between(0, 150));
        self.cards.insert(shown.id.clone(), Card { shown, seen, due, tries: 0 });
    }

    /// How many questions wait.
    pub fn waiting(&self) -> usize {
        self.cards.values().filter(|card| card.shown.outcome.is_none()).count()
    }

    /// A gateway that starts again has forgotten its rules.
    pub fn gateway_restarted(&mut self) {
        self.allowed.retain(|allowed, _| !matches!(allowed, Allowed::ByNode(_)));
    }

    /// Whoever is due answers; what came of earlier answers is looked at.
    ///
    /// # Errors
    /// Two answers to one question were taken, or one after its time.
    pub fn answer(&mut self, fleet: &Fleet, clock: &Arc<Watch>, report: &mut Report) -> anyhow::Result<()> {
        while let Some(given) = self.going.try_join_next() {
            self.came(given?, report)?;
        }
        let now = Instant::now();
        let due = |card: &&mut Card| card.shown.outcome.is_none() && card.due <= now && card.tries < TRIES;
        let mut cards = Vec::new();
        for card in self.cards.values_mut().filter(due) {
            card.tries += 1;
            card.due = now + AGAIN;
            cards.push(card.shown.clone());
        }
        cards.sort_by(|one, other| one.command.cmp(&other.command));
        for shown in cards {
            let answer = self.draw(&shown);
            for allowed in meant(&shown, &answer) {
                *self.allowed.entry(allowed).or_default() += 1;
            }
            let two_minds = self.rng.between(0, 4) == 0;
            report.raced += u64::from(two_minds);
            let second = two_minds.then_some(Answer::Deny);
            self.going.spawn(decide(fleet.clone(), clock.clone(), shown, (answer, second)));
        }
        Ok(())
    }

    /// Of a refusal nothing may come; what came of a lost answer nobody knows.
    fn came(&mut self, given: Vec<Given>, report: &mut Report) -> anyhow::Result<()> {
        let taken = given.iter().filter(|given| given.taken.is_ok()).count();
        ensure!(taken < 2, "“{}” was answered twice", given[0].shown.command);
        for Given { shown, answer, late, taken } in given {
            ensure!(!late || taken.is_err(), "“{}” was answered after its time", shown.command);
            match &taken {
                Ok(()) => report.answered += 1,
                Err(_) => report.refused += 1,
            }
            if !taken.is_err_and(|fault| !matches!(fault.code, Code::Unknown | Code::Other)) {
                continue;
            }
            for allowed in meant(&shown, &answer) {
                if let Some(count) = self.allowed.get_mut(&allowed) {
                    *count -= 1;
                }
            }
        }
        self.allowed.retain(|_, count| *count > 0);
        Ok(())
    }

    fn draw(&mut self, shown: &Approval) -> Answer {
        let rule = shown.rule.clone();
        match (self.rng.between(0, 10), rule) {
            (0..2, _) => Answer::Deny,
            (2, _) => Answer::DenyStop,
            (3, Some(rule)) => Answer::Always { rule },
            (4, Some(rule)) => {
                let (file, _) = of(&shown.command);
                let text = format!("write {file}.txt (* bytes)");
                Answer::Always { rule: Rule { text, keeper: Keeper::Here, ..rule } }
            }
            _ => Answer::Once,
        }
    }

    /// Looks at what was written since.
    ///
    /// # Errors
    /// Something that nobody allowed, or too late.
    pub fn look(&mut self, workspace: &Path) -> anyhow::Result<()> {
        for file in FILES {
            let Ok(about) = std::fs::metadata(workspace.join(format!("{file}.txt"))) else { continue };
            // A line end stands behind the words.
            let length = usize::try_from(about.len())?;
            if length < 2 || self.found.insert(file, length) == Some(length) {
                continue;
            }
            let number = length - 2;
            let mut ways =
                [Allowed::Message(number), Allowed::ByNode(file.into()), Allowed::ByRule(file.into())].into_iter();
            ensure!(
                ways.any(|way| self.allowed.contains_key(&way)),
                "nobody allowed message {number} to write {file}.txt"
            );
            let card = self.cards.values().find(|card| of(&card.shown.command) == (file.to_owned(), number));
            let late = card.is_some_and(|card| card.seen.elapsed() > PATIENCE);
            ensure!(!late, "message {number} wrote {file}.txt after its question had expired");
        }
        Ok(())
    }
}

/// Says it to the fleet: one answer, or two at once from two windows.
async fn decide(fleet: Fleet, clock: Arc<Watch>, shown: Approval, answers: (Answer, Option<Answer>)) -> Vec<Given> {
    match answers {
        (answer, None) => vec![say(&fleet, &clock, &shown, ("night", answer)).await],
        (answer, Some(second)) => {
            let first = say(&fleet, &clock, &shown, ("night", answer));
            let both = tokio::join!(first, say(&fleet, &clock, &shown, ("pilot", second)));
            vec![both.0, both.1]
        }
    }
}

async fn say(fleet: &Fleet, clock: &Watch, shown: &Approval, (window, answer): (&str, Answer)) -> Given {
    let expires = fleet.core().read(&shown.node, |truth| truth.approval(&shown.id)?.expires).flatten();
    let late = expires.is_some_and(|at| at <= clock.now());
    let (node, id, digest) = (shown.node.clone(), shown.id.clone(), shown.digest.clone());
    let taken = fleet.decide(window, Decide { node, id, digest, answer: answer.clone() }).await;
    Given { shown: shown.clone(), answer, late, taken }
}

/// What an answer allows.
fn meant(shown: &Approval, answer: &Answer) -> Vec<Allowed> {
    let (file, number) = of(&shown.command);
    match answer {
        Answer::Deny | Answer::DenyStop => Vec::new(),
        Answer::Once => vec![Allowed::Message(number)],
        Answer::Always { rule } => {
            let ruled = if rule.keeper == Keeper::Node { Allowed::ByNode(file) } else { Allowed::ByRule(file) };
            vec![Allowed::Message(number), ruled]
        }
    }
}

/// The file that a command writes, and the number of the message that asked for it.
fn of(command: &str) -> (String, usize) {
    let words = command.strip_prefix("write ").and_then(|rest| rest.split_once(".txt ("));
    let (file, rest) = words.unwrap_or_default();
    let length: usize = rest.split(' ').next().and_then(|count| count.parse().ok()).unwrap_or_default();
    (file.to_owned(), length.saturating_sub(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_names_its_file_and_its_message() {
        assert_eq!(of("write b.txt (9 bytes)"), ("b".to_owned(), 7));
        let text = wish(7, &mut Rng::from(1));
        assert_eq!(text.split(' ').nth(2).map(str::len), Some(8), "one for the number, and a line end behind it");
    }
}
