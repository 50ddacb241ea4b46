//! What was lately said on a line, both ways, for whoever must find out why a promise was broken.

use std::collections::VecDeque;
use std::fmt::{self, Display};

use parking_lot::Mutex;
use tokio::time::Instant;

/// How many texts are kept: those of a night …
const KEPT: usize = 60_000;
/// … and how many bytes of each.
const SHOWN: usize = 400;

/// The last texts of a line, with the seconds since it was made.
pub struct Journal {
    since: Instant,
    lines: Mutex<VecDeque<String>>,
}

impl Journal {
    pub fn new() -> Journal {
        Journal { since: Instant::now(), lines: Mutex::default() }
    }

    /// Writes down one text; `mark` says whose it is, or what was done with it.
    pub fn note(&self, mark: &str, text: &[u8]) {
        let mut text = String::from_utf8_lossy(text).into_owned();
        text.truncate(text.floor_char_boundary(SHOWN));
        let line = format!("{:.3} {mark} {text}", self.since.elapsed().as_secs_f64());
        let mut lines = self.lines.lock();
        lines.push_back(line);
        if lines.len() > KEPT {
            lines.pop_front();
        }
    }
}

impl Display for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines.lock().iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// Listens to one direction of a connection: the texts in it, however its bytes come.
#[derive(Default)]
pub struct Ear {
    bytes: Vec<u8>,
    upgraded: bool,
}

impl Ear {
    /// Hears further bytes; `heard` gets each text that is whole now.
    pub fn hear(&mut self, bytes: &[u8], mut heard: impl FnMut(&[u8])) {
        self.bytes.extend_from_slice(bytes);
        if !self.upgraded {
            let Some(end) = self.bytes.windows(4).position(|four| four == b"\r\n\r\n") else { return };
            self.bytes.drain(..end + 4);
            self.upgraded = true;
        }
        while let Some((text, length)) = text(&self.bytes) {
            heard(&text);
            self.bytes.drain(..length);
        }
    }
}

/// The first frame's payload, unmasked, and how many bytes the frame takes; `None` while it is not whole.
fn text(bytes: &[u8]) -> Option<(Vec<u8>, usize)> {
    let second = *bytes.get(1)?;
    let (head, length): (usize, usize) = match second & 0x7f {
        126 => (4, usize::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?))),
        127 => (10, usize::try_from(u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?)).ok()?),
        short => (2, usize::from(short)),
    };
    if second & 0x80 == 0 {
        return Some((bytes.get(head..head.checked_add(length)?)?.to_vec(), head + length));
    }
    let (mask, begins) = (bytes.get(head..head + 4)?, head + 4);
    let masked = bytes.get(begins..begins.checked_add(length)?)?;
    Some((masked.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask).collect(), begins + length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_heard_whole_and_unmasked_however_they_come() {
        let mut said = b"GET / HTTP/1.1\r\n\r\n".to_vec();
        said.extend_from_slice(&[0x81, 0x82, 1, 2, 3, 4, b'h' ^ 1, b'i' ^ 2, 0x81, 2, b'y', b'o']);
        let (mut ear, mut heard) = (Ear::default(), Vec::new());
        for byte in said.chunks(1) {
            ear.hear(byte, |text| heard.push(String::from_utf8_lossy(text).into_owned()));
        }
        assert_eq!(heard, ["hi", "yo"]);
    }
}
