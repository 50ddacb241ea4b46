//! Through a JSON text that is known to be one, byte by byte: every string can be replaced, all else stays as it is
//! written, in its order. Not recursive: frames may be nested deeper than a stack.

use std::fmt;

use serde::Deserializer;
use serde::de::Visitor;

/// What a string in a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part<'a> {
    /// The name of a member.
    Name,
    /// A value; the name of the member that it, or the array it stands in, belongs to.
    Text(Option<&'a str>),
    /// A number, likewise.
    Number(Option<&'a str>),
}

/// Who says what becomes of each part.
pub(super) trait Edit {
    /// What stands for it in the new text, JSON again; `None` leaves it.
    fn part(&mut self, part: Part<'_>, json: &str) -> Option<String>;

    /// An object or array begins, as the value of that member.
    fn enter(&mut self, name: Option<&str>);

    /// The innermost one ends.
    fn leave(&mut self);
}

/// What the walk stands in.
struct Level {
    is_object: bool,
    /// The member whose value comes or is an array.
    name: Option<String>,
}

/// What becomes of line ends between the parts of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lines {
    /// Blanks: it is one line.
    Joined,
    Kept,
}

/// The text as edited. `None` where it is not what its beginning promised.
pub(super) fn edited(text: &str, lines: Lines, edit: &mut impl Edit) -> Option<String> {
    let (bytes, mut at) = (text.as_bytes(), 0);
    let mut out = String::with_capacity(text.len() + 16);
    let mut levels: Vec<Level> = Vec::new();
    let mut names_next = false;
    while let Some(&byte) = bytes.get(at) {
        let end = end_of(bytes, at)?;
        let token = text.get(at..end)?;
        let name = levels.last().and_then(|level| level.name.as_deref());
        match byte {
            b'{' | b'[' => {
                edit.enter(name);
                let name = if byte == b'[' { name.map(str::to_owned) } else { None };
                levels.push(Level { is_object: byte == b'{', name });
                names_next = byte == b'{';
                out.push_str(token);
            }
            b'}' | b']' => {
                edit.leave();
                levels.pop()?;
                names_next = false;
                out.push_str(token);
            }
            b',' => {
                names_next = levels.last()?.is_object;
                out.push_str(token);
            }
            b'"' if names_next => {
                names_next = false;
                levels.last_mut()?.name = Some(serde_json::from_str(token).ok()?);
                out.push_str(&edit.part(Part::Name, token).unwrap_or_else(|| token.to_owned()));
            }
            b'"' => out.push_str(&edit.part(Part::Text(name), token).unwrap_or_else(|| token.to_owned())),
            b'-' | b'0'..=b'9' => {
                out.push_str(&edit.part(Part::Number(name), token).unwrap_or_else(|| token.to_owned()));
            }
            b'\n' | b'\r' if lines == Lines::Joined => out.push(' '),
            _ => out.push_str(token),
        }
        at = end;
    }
    Some(out)
}

/// Where the token ends that begins there.
fn end_of(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(at)? {
        b'"' => {
            let mut at = at + 1;
            loop {
                match bytes.get(at)? {
                    b'"' => return Some(at + 1),
                    b'\\' => at += 2,
                    _ => at += 1,
                }
            }
        }
        b'-' | b'0'..=b'9' => {
            let more = |byte: &u8| matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9');
            Some(at + bytes.get(at..)?.iter().take_while(|byte| more(byte)).count())
        }
        _ => Some(at + 1),
    }
}

/// What a JSON string says. Halves of surrogates, which are no text, are told as signs that nobody can read.
pub(super) fn said(json: &str) -> String {
    struct Lossy;
    impl Visitor<'_> for Lossy {
        type Value = String;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }

        fn visit_bytes<E>(self, bytes: &[u8]) -> Result<String, E> {
            Ok(String::from_utf8_lossy(bytes).into_owned())
        }
    }
    // One that is no string says nothing.
    serde_json::Deserializer::from_str(json).deserialize_bytes(Lossy).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes down what it sees, and shouts all texts.
    #[derive(Default)]
    struct Shout(Vec<String>, usize);

    impl Edit for Shout {
        fn part(&mut self, part: Part<'_>, json: &str) -> Option<String> {
            self.0.push(format!("{part:?} {json}"));
            matches!(part, Part::Text(_)).then(|| json.to_uppercase())
        }
        fn enter(&mut self, _name: Option<&str>) {
            self.1 += 1;
        }
        fn leave(&mut self) {
            self.1 -= 1;
        }
    }

    #[test]
    fn strings_change_and_everything_else_stays_as_it_was_written() {
        let mut shout = Shout::default();
        let text = "{ \"b\" : \"x\\\"y\",\n\"a\":[\"p\",{\"c\":\"q\"},1.50e3, true], \"a\":null}";
        let edited = edited(text, Lines::Joined, &mut shout).unwrap();
        assert_eq!(edited, "{ \"b\" : \"X\\\"Y\", \"a\":[\"P\",{\"c\":\"Q\"},1.50e3, true], \"a\":null}");
        let seen = [
            "Name \"b\"",
            "Text(Some(\"b\")) \"x\\\"y\"",
            "Name \"a\"",
            "Text(Some(\"a\")) \"p\"",
            "Name \"c\"",
            "Text(Some(\"c\")) \"q\"",
            "Number(Some(\"a\")) 1.50e3",
            "Name \"a\"",
        ];
        assert_eq!(shout.0, seen);
        assert_eq!(shout.1, 0);
    }

    #[test]
    fn depth_costs_no_stack() {
        let deep = format!("{}\"x\"{}", "[".repeat(200_000), "]".repeat(200_000));
        assert_eq!(edited(&deep, Lines::Kept, &mut Shout::default()).unwrap().len(), deep.len());
    }
}
