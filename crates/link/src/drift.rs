//! What a live gateway does that nobody here knows: methods and events it advertises, events it sends, fields in them.
//! Newer gateways do more, and nothing is wrong with that; but a person should hear of it once, and so should we.
//!
//! What is absent: no word of it to anybody ([`Target::on_drift`](crate::Target) tells it), no memory beyond one
//! connection. It costs next to nothing: of what comes in thousands only a sample is looked at.

mod known;

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

use crate::dialect::Kind;
use crate::dialect::lax::{Raw, Text, read};
use crate::event::{Body, Event};
use known::Known;

/// Frames of a connection that are looked at one by one; the handshake and whatever a screen asks are among them.
const FIRST: u32 = 256;
/// Of later ones every so many …
const EVERY: u32 = 64;
/// … and of pieces of an answer, which all look alike, these.
const FIRST_PIECES: u32 = 16;
const EVERY_PIECE: u32 = 512;
/// Unknown things remembered at most.
const MOST: usize = 200;
/// The longest name of one, characters: a gateway may send anything.
const LONGEST: usize = 80;
/// A frame larger than this is not looked at.
const LARGEST: usize = 1 << 20;

/// What of a gateway nobody here knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    pub product: Option<String>,
    pub version: Option<String>,
    /// In the order they were met.
    pub unknown: Vec<Unknown>,
}

/// One thing that nobody here knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    pub what: What,
    /// As the vendor calls it; a field with its event: `chat.mood`.
    pub name: String,
    /// How often it was met among the frames that were looked at.
    pub times: u32,
}

impl Unknown {
    /// Whether it is the same thing, however often it was met.
    pub fn is(&self, other: &Unknown) -> bool {
        (self.what, &self.name) == (other.what, &other.name)
    }
}

/// What kind of thing it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum What {
    Method,
    Event,
    Field,
}

impl What {
    pub const ALL: [What; 3] = [What::Method, What::Event, What::Field];

    /// What it is called.
    pub fn word(self) -> &'static str {
        match self {
            What::Method => "method",
            What::Event => "event",
            What::Field => "field",
        }
    }

    /// What has that name.
    pub fn named(word: &str) -> Option<What> {
        What::ALL.into_iter().find(|what| what.word() == word)
    }
}

/// Compares what a connection brings with what is known of its vendor.
pub struct Drift {
    kind: Kind,
    known: &'static Known,
    found: Found,
    /// How many there were when it was last asked for news; `None` before anything was told.
    told: Option<usize>,
    frames: u32,
    pieces: u32,
}

impl Drift {
    /// Of one connection to a gateway of this vendor.
    pub fn new(kind: Kind) -> Drift {
        // A dashboard has no hello to say who it is.
        let product = (kind == Kind::McpDashboard).then(|| "mcp-cli".to_owned());
        let found = Found { product, ..Found::default() };
        Drift { kind, known: Known::of(kind), found, told: None, frames: 0, pieces: 0 }
    }

    /// A frame came; `told` is what the dialect made of it.
    pub fn heard(&mut self, text: &str, told: &[Event]) {
        let is_piece = |event: &Event| matches!(event.body, Body::TextDelta { .. } | Body::ThinkingDelta { .. });
        let worth = match told {
            [piece] if is_piece(piece) => {
                self.pieces = self.pieces.wrapping_add(1);
                self.pieces < FIRST_PIECES || self.pieces.is_multiple_of(EVERY_PIECE)
            }
            told => {
                self.frames = self.frames.wrapping_add(1);
                let strange = told.last().is_some_and(|event| matches!(event.body, Body::Other { .. }));
                strange || self.frames < FIRST || self.frames.is_multiple_of(EVERY)
            }
        };
        if worth && text.len() <= LARGEST {
            self.look(text);
        }
    }

    /// Looks at a frame. What is no object is not for us.
    pub fn look(&mut self, text: &str) {
        let Some(frame) = object(Raw::unread(text)) else { return };
        let word = |name: &str| frame.get(name).and_then(string);
        let payload = frame.get("payload").and_then(object);
        let event = match self.kind {
            Kind::McpDashboard => word("type"),
            Kind::Moltis | Kind::Openclaw if word("type").as_deref() == Some("event") => word("event"),
            Kind::Moltis | Kind::Openclaw => None,
        };
        self.fields("frame", "frame", &frame);
        match (event, payload) {
            (Some(event), payload) => self.event(&event, payload.as_ref()),
            (None, Some(payload)) if payload.get("type").and_then(string).as_deref() == Some("hello-ok") => {
                self.hello(&payload);
            }
            (None, _) => {}
        }
    }

    /// What was found, when it is more than when this was last asked, and the first time.
    pub fn news(&mut self) -> Option<Found> {
        let now = self.found.unknown.len();
        if self.told == Some(now) || (self.told.is_none() && self.frames == 0) {
            return None;
        }
        self.told = Some(now);
        Some(self.found.clone())
    }

    /// All that was found so far.
    pub fn found(&self) -> &Found {
        &self.found
    }

    fn hello(&mut self, payload: &Object<'_>) {
        #[derive(Default, serde::Deserialize)]
        struct Server {
            version: Option<String>,
            product: Option<String>,
        }
        #[derive(Default, serde::Deserialize)]
        struct Features {
            #[serde(default)]
            methods: Vec<String>,
            #[serde(default)]
            events: Vec<String>,
        }
        self.fields("hello-ok", "hello-ok", payload);
        let server: Server = part(payload, "server");
        let features: Features = part(payload, "features");
        self.found.version = server.version;
        let vendor = match self.kind {
            Kind::Moltis => "Moltis",
            Kind::Openclaw => "OpenClaw",
            Kind::McpDashboard => "mcp-cli",
        };
        let ours = server.product.as_deref() == Some(wire::PRODUCT);
        self.found.product = Some(if ours { "Pilothouse" } else { vendor }.to_owned());
        let known = self.known;
        features.methods.iter().filter(|name| !known.has_method(name)).for_each(|name| self.met(What::Method, name));
        features.events.iter().filter(|name| !known.has_event(name)).for_each(|name| self.met(What::Event, name));
    }

    fn event(&mut self, event: &str, payload: Option<&Object<'_>>) {
        if !self.known.has_event(event) {
            return self.met(What::Event, event);
        }
        let Some(payload) = payload else { return };
        self.fields(event, event, payload);
        if let Some((field, words)) = self.known.words(event)
            && let Some(word) = payload.get(field).and_then(string)
            && !words.contains(&*word)
        {
            self.met(What::Event, &format!("{event} with {field} {word}"));
        }
    }

    /// Compares the fields of an object with those of that kind, if they are known.
    fn fields(&mut self, of: &str, called: &str, object: &Object<'_>) {
        let Some(known) = self.known.fields(of) else { return };
        for name in object.keys().filter(|name| !known.contains(name)) {
            self.met(What::Field, &format!("{called}.{name}"));
        }
    }

    fn met(&mut self, what: What, name: &str) {
        let name: String = name.chars().filter(|char| !char.is_control()).take(LONGEST).collect();
        let before = self.found.unknown.iter_mut().find(|known| known.what == what && known.name == name);
        if let Some(known) = before {
            known.times = known.times.saturating_add(1);
        } else if self.found.unknown.len() < MOST {
            self.found.unknown.push(Unknown { what, name, times: 1 });
        }
    }
}

impl Found {
    /// Who it is, as a sentence begins: "OpenClaw 2026.10.1".
    pub fn who(&self) -> String {
        let who: Vec<&str> = [&self.product, &self.version].into_iter().flatten().map(String::as_str).collect();
        if who.is_empty() { "This gateway".to_owned() } else { who.join(" ") }
    }

    /// How many there are of a kind.
    pub fn count(&self, what: What) -> usize {
        self.unknown.iter().filter(|unknown| unknown.what == what).count()
    }

    /// What a person hears of it; `None` when there is nothing to be heard.
    pub fn sentence(&self) -> Option<String> {
        let counted: Vec<String> = What::ALL
            .into_iter()
            .filter_map(|what| match self.count(what) {
                0 => None,
                1 => Some(format!("1 {}", what.word())),
                more => Some(format!("{more} {}s", what.word())),
            })
            .collect();
        let named: Vec<&str> = self.unknown.iter().take(3).map(|unknown| unknown.name.as_str()).collect();
        let more = if self.unknown.len() > named.len() { ", …" } else { "" };
        (!counted.is_empty()).then(|| {
            format!(
                "{} has {} that Pilothouse does not know yet: {}{more}. Nothing is wrong; all else works as before.",
                self.who(),
                counted.join(" and "),
                named.join(", ")
            )
        })
    }
}

/// An object, its values untouched.
struct Object<'a>(Vec<(Cow<'a, str>, Raw<'a>)>);

impl<'a> Object<'a> {
    fn get(&self, name: &str) -> Option<Raw<'a>> {
        self.0.iter().rev().find(|(known, _)| known == name).map(|(_, raw)| *raw)
    }

    fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| &**name)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Entries)
    }
}

struct Entries;

impl<'de> Visitor<'de> for Entries {
    type Value = Object<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object<'de>, A::Error> {
        let mut entries = Vec::with_capacity(8);
        while let Some((Text(name), raw)) = map.next_entry::<Text<'de>, Raw<'de>>()? {
            entries.push((name.unwrap_or_default(), raw));
        }
        Ok(Object(entries))
    }
}

fn object(raw: Raw<'_>) -> Option<Object<'_>> {
    read(Some(raw))
}

fn string(raw: Raw<'_>) -> Option<Cow<'_, str>> {
    read::<Text<'_>>(Some(raw))?.0
}

fn part<T: for<'de> Deserialize<'de> + Default>(object: &Object<'_>, name: &str) -> T {
    object.get(name).and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELLO: &str = r#"{"type":"res","id":"1","ok":true,"payload":{"type":"hello-ok","server":{"version":"2027.1.0"},
        "features":{"methods":["chat.send","swarm.fly","nest.build"],"events":["chat","eclipse"]}}}"#;

    fn looked(kind: Kind, frames: &[&str]) -> Found {
        let mut drift = Drift::new(kind);
        frames.iter().for_each(|frame| drift.look(frame));
        drift.found
    }

    #[test]
    fn what_is_new_is_named_and_counted() {
        let mood = r#"{"type":"event","event":"chat","seq":2,"payload":{"runId":"r","state":"hum","mood":"fair"}}"#;
        let frames = [HELLO, mood, mood, r#"{"type":"event","event":"eclipse","payload":{"x":1},"tide":3}"#];
        let found = looked(Kind::Openclaw, &frames);
        let names: Vec<_> = found.unknown.iter().map(|one| (one.what, one.name.as_str(), one.times)).collect();
        let expected = [
            (What::Method, "swarm.fly", 1),
            (What::Method, "nest.build", 1),
            (What::Event, "eclipse", 2),
            (What::Field, "chat.mood", 2),
            (What::Event, "chat with state hum", 2),
            (What::Field, "frame.tide", 1),
        ];
        assert_eq!(names, expected);
        let said = found.sentence().unwrap();
        assert!(said.starts_with("OpenClaw 2027.1.0 has 2 methods and 2 events and 2 fields"), "{said}");
    }

    #[test]
    fn a_known_gateway_is_no_news_and_junk_is_none_either() {
        for frame in ["", "7", "[]", "{", r#"{"type":"event"}"#, r#"{"type":"event","event":7,"payload":[]}"#] {
            for kind in Kind::ALL {
                let found = looked(kind, &[frame]);
                // Nothing but a dashboard gives its frames a type of their own.
                let of_dashboard = kind == Kind::McpDashboard && frame.contains("event");
                assert!(found.unknown.is_empty() || of_dashboard, "{kind:?} {frame}: {found:?}");
            }
        }
        assert_eq!(looked(Kind::Openclaw, &[]).sentence(), None);
    }

    #[test]
    fn news_is_told_once() {
        let mut drift = Drift::new(Kind::Openclaw);
        assert_eq!(drift.news(), None);
        drift.heard(HELLO, &[]);
        assert_eq!(drift.news().unwrap().unknown.len(), 3);
        drift.heard(HELLO, &[]);
        assert_eq!(drift.news(), None);
        drift.heard(r#"{"type":"event","event":"monsoon"}"#, &[]);
        assert_eq!(drift.news().unwrap().unknown.len(), 4);
    }

    #[test]
    fn memory_has_an_end() {
        let mut drift = Drift::new(Kind::Moltis);
        for number in 0..2 * MOST {
            drift.look(&format!(r#"{{"type":"event","event":"e{number}{}"}}"#, "y".repeat(1000)));
        }
        assert_eq!(drift.found.unknown.len(), MOST);
        assert!(drift.found.unknown.iter().all(|one| one.name.len() <= LONGEST));
    }

    #[test]
    fn of_a_flood_only_a_sample_is_looked_at() {
        let piece = [Event::new(0, Body::TextDelta { text: "a".into() })];
        let frame = r#"{"type":"event","event":"chat","payload":{"state":"delta","mood":1}}"#;
        let mut drift = Drift::new(Kind::Openclaw);
        (0..100_000).for_each(|_| drift.heard(frame, &piece));
        let seen = drift.found.unknown.iter().find(|one| one.name == "chat.mood").unwrap().times;
        assert!((FIRST_PIECES - 1..300).contains(&seen), "{seen}");
    }
}
