//! A frame as strangers may see it: no key, nothing of the person's computer, and of what was said the shape only,
//! unless the person wants the words kept. Pieces of what is being said are never kept.

use std::borrow::Cow;

use secrecy::{ExposeSecret, SecretString};
use serde_json::value::RawValue;

use super::filler::fill;
use super::names;
use super::piece::is_piece;
use super::pseudonym::Pseudonyms;
use super::secret::{Known, REMOVED};
use super::walk::{Edit, Lines, Part, edited, said};
use crate::dialect::Kind;

/// JSON inside of a text inside of a text is looked into this deep.
const NESTED: u32 = 3;
/// What refers to something is no longer than this.
const LONGEST_ID: usize = 256;

/// What becomes of what people and agents said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Texts {
    /// Filler of the same length stands in its place.
    Filled,
    /// What comes whole is kept; filler stands for pieces of what is being said.
    Kept,
}

/// Whom the computer belongs to.
#[derive(Debug, Clone, Default)]
pub struct Person {
    /// The folder of their own files.
    pub home: Option<String>,
    /// The name they log in with.
    pub name: Option<String>,
}

/// How often something was taken out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Removed {
    /// Keys, tokens, passwords and signatures.
    pub secrets: u64,
    /// Texts that filler stands for.
    pub texts: u64,
    /// Home folders and names of people.
    pub persons: u64,
}

/// Makes frames fit to be shown.
pub struct Redactor {
    kind: Kind,
    wanted: Texts,
    /// The same for the frame at hand.
    texts: Texts,
    known: Known,
    person: Person,
    names: Pseudonyms,
    removed: Removed,
}

impl Redactor {
    /// `salt` makes the numbers of people different in each recording.
    pub fn new(texts: Texts, person: Person, salt: [u8; 16]) -> Redactor {
        Redactor {
            kind: Kind::Moltis,
            wanted: texts,
            texts,
            known: Known::default(),
            person,
            names: Pseudonyms::new(salt),
            removed: Removed::default(),
        }
    }

    /// Whose frames come from now on.
    pub fn is_of(&mut self, kind: Kind) {
        self.kind = kind;
    }

    /// This must not stand anywhere.
    pub fn keep_out(&mut self, secret: &SecretString) {
        self.known.add(secret.expose_secret());
    }

    /// What was taken out so far.
    pub fn removed(&self) -> Removed {
        self.removed
    }

    /// A frame as JSON on one line. One that is no JSON becomes a string.
    pub fn frame(&mut self, text: &str) -> String {
        // A word that is JSON of its own would be taken for the frame itself, or for none.
        let is_frame = text.trim_start().starts_with(['{', '[']);
        let is_kept = self.wanted == Texts::Kept && !(is_frame && is_piece(text));
        self.texts = if is_kept { Texts::Kept } else { Texts::Filled };
        let json = is_frame.then(|| self.json(text, Zone::Frame, Lines::Joined, NESTED)).flatten();
        let made = json.unwrap_or_else(|| quoted(&self.words(text, Zone::Free, NESTED)));
        if !self.known.is_in(&made) {
            return made;
        }
        // It was hidden in a way that nobody thought of: then nothing of the frame is shown.
        self.removed.secrets += 1;
        quoted("a frame that is left out, because it holds a key")
    }

    /// A sentence that is no frame, such as the reason of a close.
    pub fn sentence(&mut self, text: &str) -> String {
        self.cleaned(text, false).into_owned()
    }

    fn json(&mut self, text: &str, zone: Zone, lines: Lines, depth: u32) -> Option<String> {
        // As strict as whoever reads it again.
        serde_json::from_str::<&RawValue>(text).ok()?;
        edited(text, lines, &mut Pass { redactor: self, zones: vec![zone], depth })
    }

    /// Words of somebody.
    fn words(&mut self, text: &str, zone: Zone, depth: u32) -> String {
        let nested = text.trim_start().starts_with(['{', '[']) && depth > 0;
        if let Some(json) = nested.then(|| self.json(text, zone, Lines::Kept, depth - 1)).flatten() {
            return json;
        }
        let clean = self.cleaned(text, false);
        if self.texts == Texts::Kept || clean == REMOVED {
            return clean.into_owned();
        }
        // What is known to begin so is a program's sentence, and something hangs on it.
        let begins = names::BEGINNINGS.iter().find(|begin| text.starts_with(**begin));
        let (kept, rest) = text.split_at(begins.map_or(0, |begin| begin.len()));
        let filled = kept.to_owned() + &fill(rest);
        self.removed.texts += u64::from(filled != text);
        filled
    }

    /// The text without secrets and without the person.
    fn cleaned<'a>(&mut self, text: &'a str, is_id: bool) -> Cow<'a, str> {
        let mut clean = Cow::Borrowed(text);
        if let Some((without, count)) = self.known.scrub(text, is_id) {
            self.removed.secrets += u64::from(count);
            clean = Cow::Owned(without);
        }
        if let Some(without) = self.person.taken_out(&clean) {
            self.removed.persons += 1;
            clean = Cow::Owned(without);
        }
        if is_id && let Some(other) = self.names.identifier(&clean) {
            self.removed.persons += 1;
            clean = Cow::Owned(other);
        }
        clean
    }

    fn secret(&mut self, text: &str) -> String {
        // That there is none says something, too.
        if text.is_empty() {
            return String::new();
        }
        self.removed.secrets += 1;
        REMOVED.to_owned()
    }
}

/// What kind of place a part of a frame stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Zone {
    /// The protocol's own.
    Frame,
    /// What a response says went wrong: the gateway's own sentence, without which no report is worth much.
    Failure,
    /// A vendor's or a tool's own: it may say anything.
    Free,
    /// What was handed to a tool: its numbers, too, are somebody's words.
    HandedOver,
    /// All of it is secret.
    Secret,
}

/// One pass over one frame.
struct Pass<'r> {
    redactor: &'r mut Redactor,
    zones: Vec<Zone>,
    depth: u32,
}

impl Pass<'_> {
    fn zone(&self) -> Zone {
        self.zones.last().copied().unwrap_or(Zone::Frame)
    }

    /// Where the value of a member stands.
    fn zone_of(&self, name: Option<&str>) -> Zone {
        let (zone, Some(name)) = (self.zone(), name) else { return self.zone() };
        match zone {
            Zone::Secret => Zone::Secret,
            _ if names::is_secret(name, self.redactor.kind) => Zone::Secret,
            Zone::HandedOver => Zone::HandedOver,
            _ if names::is_handed_over(name) => Zone::HandedOver,
            Zone::Free => Zone::Free,
            Zone::Frame | Zone::Failure if names::is_free(name) => Zone::Free,
            // The outermost object is the second zone.
            Zone::Frame if name == "error" && self.zones.len() == 2 => Zone::Failure,
            Zone::Failure if name == "message" => Zone::Failure,
            Zone::Frame | Zone::Failure => Zone::Frame,
        }
    }

    fn text(&mut self, name: Option<&str>, text: &str) -> String {
        let zone = self.zone_of(name);
        let kept = name.is_some_and(|name| match zone {
            Zone::Frame => names::is_kept(name) && is_plain(text),
            Zone::Free => names::is_kept_when_free(name) && is_word(text),
            Zone::Failure | Zone::HandedOver | Zone::Secret => false,
        });
        match zone {
            Zone::Secret => self.redactor.secret(text),
            _ if kept || (zone != Zone::HandedOver && is_time(text)) => self.redactor.cleaned(text, true).into_owned(),
            Zone::Failure => self.redactor.sentence(text),
            Zone::HandedOver => self.redactor.words(text, Zone::HandedOver, self.depth),
            _ => self.redactor.words(text, Zone::Free, self.depth),
        }
    }

    /// The name of a member: a name, or a text that somebody filed something under.
    fn name(&mut self, text: &str) -> String {
        let clean = self.redactor.cleaned(text, true).into_owned();
        let is_ours = matches!(self.zone(), Zone::Frame | Zone::Failure);
        let is_filled = self.redactor.texts == Texts::Filled && !is_ours;
        if is_filled && !is_plain(&clean) { fill(&clean) } else { clean }
    }
}

impl Edit for Pass<'_> {
    fn part(&mut self, part: Part<'_>, json: &str) -> Option<String> {
        let text = match part {
            Part::Number(name) => return self.number(name, json),
            _ => said(json),
        };
        let new = match part {
            Part::Text(name) => self.text(name, &text),
            _ => self.name(&text),
        };
        (new != text).then(|| quoted(&new))
    }

    fn enter(&mut self, name: Option<&str>) {
        let zone = self.zone_of(name);
        self.zones.push(zone);
    }

    fn leave(&mut self) {
        self.zones.pop();
    }
}

impl Pass<'_> {
    fn number(&mut self, name: Option<&str>, json: &str) -> Option<String> {
        let hidden = match (self.zone(), self.zone_of(name)) {
            (_, Zone::Secret) => true,
            // A lone number is a count: `usage.input`.
            (Zone::HandedOver, _) => self.redactor.texts == Texts::Filled,
            _ => false,
        };
        let ones = || json.chars().map(|char| if char.is_ascii_digit() { '1' } else { char }).collect();
        hidden.then(ones)
    }
}

impl Person {
    /// The text without their folder and their name; `None` when neither is in it.
    fn taken_out(&self, text: &str) -> Option<String> {
        let mut clean = Cow::Borrowed(text);
        if let Some(home) = self.home.as_deref().filter(|home| home.len() > 1 && clean.contains(home)) {
            clean = Cow::Owned(word_taken_out(&clean, home, "/home/user"));
        }
        for (before, end) in [("/home/", '/'), ("/Users/", '/'), ("C:\\Users\\", '\\')] {
            if clean.contains(before) {
                clean = Cow::Owned(owner_taken_out(&clean, before, end));
            }
        }
        if let Some(name) = self.name.as_deref().filter(|name| name.len() > 2 && !["root", "user"].contains(name)) {
            clean = Cow::Owned(word_taken_out(&clean, name, "user"));
        }
        (clean != text).then(|| clean.into_owned())
    }
}

/// The text with another owner for every folder that stands behind `before`.
fn owner_taken_out(text: &str, before: &str, end: char) -> String {
    let mut parts = text.split(before);
    let mut clean = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let is_over = |char: char| char == end || char.is_whitespace() || matches!(char, '"' | '\'' | ':' | ',' | ')');
        let rest = part.find(is_over).and_then(|at| part.get(at..)).unwrap_or_default();
        let has_owner = rest.len() < part.len();
        clean.push_str(before);
        clean.push_str(if has_owner { "user" } else { "" });
        clean.push_str(rest);
    }
    clean
}

/// The text with another word in place of that one.
fn word_taken_out(text: &str, word: &str, other: &str) -> String {
    let is_letter = |char: Option<char>| char.is_some_and(char::is_alphanumeric);
    let (mut clean, mut at) = (String::with_capacity(text.len()), 0);
    for (found, _) in text.match_indices(word) {
        let (before, behind) = (text.get(at..found).unwrap_or_default(), text.get(found + word.len()..));
        let inside = is_letter(text.get(..found).and_then(|text| text.chars().next_back()))
            || is_letter(behind.and_then(|text| text.chars().next()));
        clean.push_str(before);
        clean.push_str(if inside { word } else { other });
        at = found + word.len();
    }
    clean.push_str(text.get(at..).unwrap_or_default());
    clean
}

/// Whether a text can only refer to something: no sentence looks so.
fn is_plain(text: &str) -> bool {
    text.len() <= LONGEST_ID && text.chars().all(|char| char.is_ascii_graphic() && !matches!(char, '\\' | '<' | '>'))
}

/// Whether a text is one word of a vocabulary.
fn is_word(text: &str) -> bool {
    text.len() <= 40 && text.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'-' | b'.' | b'/'))
}

/// Whether a text is a moment, written as machines do.
fn is_time(text: &str) -> bool {
    let form = b"0000-00-00T00:00:00";
    text.len() >= form.len()
        && text.len() <= 40
        && text.bytes().zip(form).all(|(byte, form)| match form {
            b'0' => byte.is_ascii_digit(),
            b'T' => matches!(byte, b'T' | b' '),
            form => byte == *form,
        })
        // Fractions of a second and the zone. A line of a log goes on otherwise.
        && text.bytes().skip(form.len()).all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b',' | b'+' | b'-' | b':' | b'Z'))
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests;
