//! The WebSocket frames in what a server says, and what may go wrong with a whole one of them. No line does that: a
//! gateway does whose queues overflow, or that sends from two threads.

/// What goes wrong with one text frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trick {
    /// It never comes.
    Lose,
    /// It comes twice.
    Double,
    /// The next one overtakes it.
    Swap,
}

/// Where the frames of one connection begin and end.
#[derive(Debug, Default)]
pub struct Frames {
    part: Part,
    /// Bytes that go on as they are before the next frame begins.
    left: usize,
    /// The beginning of a frame that says too little yet.
    held: Vec<u8>,
    /// A frame that the next one overtakes.
    late: Vec<u8>,
}

/// How far a connection is.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Part {
    #[default]
    Beginning,
    /// In the answer that makes it a WebSocket.
    Upgrade,
    Frames,
    /// It is no WebSocket.
    Other,
}

impl Frames {
    /// What goes on of the next bytes; a whole text frame among them has the trick played on it that is drawn for it.
    pub fn carry(&mut self, bytes: &[u8], mut trick: impl FnMut() -> Option<Trick>) -> Vec<u8> {
        let mut said = std::mem::take(&mut self.held);
        said.extend_from_slice(bytes);
        if self.part == Part::Beginning {
            self.part = if said.starts_with(b"HTTP/1.1 101") { Part::Upgrade } else { Part::Other };
        }
        let (mut out, mut at) = (Vec::with_capacity(said.len()), 0);
        if self.part == Part::Upgrade {
            let end = said.windows(4).position(|four| four == b"\r\n\r\n");
            at = end.map_or(said.len(), |end| end + 4);
            out.extend_from_slice(&said[..at]);
            self.part = if end.is_some() { Part::Frames } else { Part::Upgrade };
        }
        if self.part == Part::Other {
            return said;
        }
        while at < said.len() {
            if self.left > 0 {
                let through = self.left.min(said.len() - at);
                out.extend_from_slice(&said[at..at + through]);
                (self.left, at) = (self.left - through, at + through);
                self.ended(&mut out);
                continue;
            }
            let Some(length) = length(&said[at..]) else {
                self.held = said.split_off(at);
                break;
            };
            let whole = said.get(at..at + length).filter(|frame| is_text(frame));
            let Some((frame, trick)) = whole.and_then(|frame| Some((frame, trick()?))) else {
                self.left = length;
                continue;
            };
            match trick {
                Trick::Lose => {}
                Trick::Double => out.extend_from_slice(&frame.repeat(2)),
                Trick::Swap => self.late.extend_from_slice(frame),
            }
            at += length;
        }
        out
    }

    /// A frame has gone on: what it overtook comes behind it.
    fn ended(&mut self, out: &mut Vec<u8>) {
        if self.left == 0 {
            out.append(&mut self.late);
        }
    }
}

/// The bytes of the frame that begins here, head and all; `None` while its head is not whole. What servers send is not
/// masked.
fn length(bytes: &[u8]) -> Option<usize> {
    let bytes_at = |from: usize, to: usize| {
        let taken = bytes.get(from..to)?.iter();
        Some(taken.fold(0usize, |length, byte| length << 8 | usize::from(*byte)))
    };
    match bytes.get(1)? & 0x7f {
        126 => Some(4 + bytes_at(2, 4)?),
        127 => Some(10 + bytes_at(2, 10)?),
        short => Some(2 + usize::from(short)),
    }
}

/// Whether it is a message of its own, and text.
fn is_text(frame: &[u8]) -> bool {
    frame.first() == Some(&0x81)
}

#[cfg(test)]
mod tests {
    use super::*;

    const UPGRADE: &[u8] = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";

    fn frame(opcode: u8, text: &str) -> Vec<u8> {
        let head = match text.len() {
            short @ 0..126 => vec![opcode, short as u8],
            long => vec![opcode, 126, (long >> 8) as u8, long as u8],
        };
        [&head, text.as_bytes()].concat()
    }

    /// What comes of frames after an upgrade, said in pieces of that size, the trick played on the second text.
    fn carried(frames: &[Vec<u8>], piece: usize, trick: Trick) -> Vec<u8> {
        let said = [UPGRADE.to_vec(), frames.concat()].concat();
        let (mut line, mut seen) = (Frames::default(), 0);
        let mut draw = || {
            seen += 1;
            (seen == 2).then_some(trick)
        };
        let all: Vec<u8> = said.chunks(piece).flat_map(|piece| line.carry(piece, &mut draw)).collect();
        all[UPGRADE.len()..].to_vec()
    }

    #[test]
    fn a_trick_is_played_on_one_text_and_nothing_else() {
        let (one, beat, two, long) =
            (frame(0x81, "one"), frame(0x89, "beat"), frame(0x81, "two"), frame(0x81, &"x".repeat(300)));
        let all = [one.clone(), beat.clone(), two.clone(), long.clone()];
        let at_once = |trick| carried(&all, 4096, trick);
        assert_eq!(at_once(Trick::Lose), [one.clone(), beat.clone(), long.clone()].concat());
        assert_eq!(
            at_once(Trick::Double),
            [one.clone(), beat.clone(), two.clone(), two.clone(), long.clone()].concat()
        );
        assert_eq!(at_once(Trick::Swap), [one, beat, long, two].concat());
    }

    #[test]
    fn however_the_bytes_come_they_go_on_as_they_are_without_a_trick() {
        let all = [frame(0x81, "one"), frame(0x81, &"y".repeat(70_000 / 200)), frame(0x8a, ""), frame(0x81, "two")];
        let said = [UPGRADE.to_vec(), all.concat()].concat();
        for piece in UPGRADE.len()..UPGRADE.len() + 40 {
            let mut line = Frames::default();
            let all: Vec<u8> = said.chunks(piece).flat_map(|piece| line.carry(piece, || None)).collect();
            assert_eq!(all, said, "pieces of {piece}");
        }
        let page = b"HTTP/1.1 200 OK\r\n\r\n{\"ok\":true}";
        assert_eq!(Frames::default().carry(page, || Some(Trick::Lose)), page);
    }
}
