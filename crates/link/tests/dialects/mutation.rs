//! Recordings spoilt at random: nothing panics, and what is promised of runs holds for
//! any input. The seed is fixed; a failure names the recording and the round.

use crate::promises;
use crate::recordings::{Recording, all, decode_text};

/// Rounds for each recording; the big ones get fewer.
fn rounds(recording: &Recording) -> usize {
    (400_000 / recording.text.len().max(1)).clamp(2, 40)
}

#[test]
fn spoilt_recordings_never_panic_and_runs_still_end_once() {
    let mut dice = Dice::new(0x5eed_1234_5678_9abc);
    for recording in all() {
        for round in 0..rounds(&recording) {
            let spoilt = spoil(&recording.text, &mut dice);
            let decoded = decode_text(recording.kind, &spoilt);
            let mut broken = promises::of_events(&decoded.events);
            // A message repeated by the spoiler may have lost its id, or an approval its.
            broken.retain(|broken| broken.starts_with("run") || broken.starts_with("tool"));
            assert!(broken.is_empty(), "{} round {round}: {broken:?}", recording.name);
        }
    }
}

#[test]
fn frames_of_one_vendor_shown_to_another_are_kept_as_other() {
    for recording in all().iter().step_by(5) {
        for kind in link::dialect::Kind::ALL {
            let decoded = decode_text(kind, recording.text.as_bytes());
            let mut broken = promises::of_events(&decoded.events);
            broken.retain(|broken| broken.starts_with("run") || broken.starts_with("tool"));
            assert!(broken.is_empty(), "{} as {}: {broken:?}", recording.name, kind.name());
        }
    }
}

/// A small generator (SplitMix64): the same rounds on every machine.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit.max(1) as u64).unwrap()
    }
}

fn spoil(text: &str, dice: &mut Dice) -> Vec<u8> {
    let mut lines: Vec<Vec<u8>> = text.lines().map(|line| line.as_bytes().to_vec()).collect();
    for _ in 0..1 + dice.below(6) {
        if lines.is_empty() {
            break;
        }
        let at = dice.below(lines.len());
        match dice.below(7) {
            0 => drop(lines.remove(at)),
            1 => lines.insert(at, lines[at].clone()),
            2 => {
                let other = dice.below(lines.len());
                lines.swap(at, other);
            }
            3 => {
                let end = dice.below(lines[at].len());
                lines[at].truncate(end);
            }
            4 => flip(&mut lines[at], dice),
            5 => retype(&mut lines[at], dice),
            _ => lines.truncate(at),
        }
    }
    lines.join(&b'\n')
}

/// Flips a few bytes, mostly inside the frame.
pub fn flip(line: &mut [u8], dice: &mut Dice) {
    for _ in 0..1 + dice.below(4) {
        if line.is_empty() {
            return;
        }
        let at = dice.below(line.len());
        line[at] = b"0\"{}[],:x\\ n-9"[dice.below(14)];
    }
}

/// Gives some value another type.
fn retype(line: &mut Vec<u8>, dice: &mut Dice) {
    let Ok(mut value) = serde_json::from_slice::<serde_json::Value>(line) else {
        return;
    };
    let Some(frame) = value.get_mut("frame") else {
        return;
    };
    spoil_value(frame, dice, 6);
    *line = value.to_string().into_bytes();
}

fn spoil_value(value: &mut serde_json::Value, dice: &mut Dice, depth: usize) {
    use serde_json::{Value, json};
    if depth > 0 && dice.below(4) > 0 {
        let count = value.as_object().map_or(0, serde_json::Map::len) + value.as_array().map_or(0, Vec::len);
        let nth = dice.below(count);
        let inner = match value {
            Value::Object(entries) => entries.values_mut().nth(nth),
            Value::Array(elements) => elements.get_mut(nth),
            _ => None,
        };
        if let Some(inner) = inner {
            return spoil_value(inner, dice, depth - 1);
        }
    }
    *value = match dice.below(6) {
        0 => Value::Null,
        1 => json!(-1),
        2 => json!(1.5e300),
        3 => json!([[[{}]]]),
        4 => json!({"a": []}),
        _ => json!("\u{0}strange \u{1f47b}"),
    };
}
