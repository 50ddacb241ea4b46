//! A command in pieces, so that nothing in it hides: characters that turn the direction, take no room, order a terminal
//! about or look like others stand apart. Pure, and the pieces in order are the command, byte for byte.

use std::borrow::Cow;

use contract::approval::{Hidden, Piece, drawn};
use unicode_security::confusable_detection::skeleton;

/// Takes a command apart.
pub fn reveal(text: &str) -> Vec<Piece> {
    let mut pieces = Pieces::default();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let word = word(rest);
        if word.is_empty() {
            pieces.push(first, look(first));
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let deceives = deceives(word);
        word.chars().for_each(|c| pieces.push(c, if deceives { look(c) } else { Look::Plain }));
        rest = &rest[word.len()..];
    }
    pieces.done()
}

/// A command on one line of text, with what hides in it drawn.
pub fn revealed(text: &str) -> String {
    drawn(&reveal(text))
}

/// JSON that says the same, with what turns the direction or orders a terminal about escaped.
pub fn escaped(json: &str) -> Cow<'_, str> {
    let acts = |c: char| c != '\n' && matches!(look_of_nothing(c), Some(Hidden::Direction | Hidden::Control));
    if !json.contains(acts) {
        return Cow::Borrowed(json);
    }
    let escape = |c: char| if acts(c) { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() };
    Cow::Owned(json.chars().map(escape).collect())
}

/// Whether anything in it is not what it looks like.
pub fn hides(pieces: &[Piece]) -> bool {
    pieces.iter().any(|piece| piece.hidden.is_some())
}

/// What a character is to the eye.
enum Look {
    Plain,
    Hidden(Hidden),
    /// As this one.
    Like(String),
}

#[derive(Default)]
struct Pieces {
    done: Vec<Piece>,
    plain: String,
}

impl Pieces {
    fn push(&mut self, c: char, look: Look) {
        let (hidden, drawn) = match look {
            Look::Plain => return self.plain.push(c),
            Look::Hidden(hidden) => (hidden, name(c)),
            Look::Like(like) => (Hidden::LookAlike, format!("U+{:04X} like {like}", u32::from(c))),
        };
        self.flush();
        self.done.push(Piece { text: c.to_string(), hidden: Some(hidden), drawn: Some(drawn) });
    }

    fn flush(&mut self) {
        if !self.plain.is_empty() {
            let text = std::mem::take(&mut self.plain);
            self.done.push(Piece { text, hidden: None, drawn: None });
        }
    }

    fn done(mut self) -> Vec<Piece> {
        self.flush();
        self.done
    }
}

/// What is drawn for a character that cannot be seen: the escape that programmers know, else its number.
fn name(c: char) -> String {
    match c {
        '\r' => "\\r".to_owned(),
        '\u{1b}' => "\\e".to_owned(),
        c => format!("U+{:04X}", u32::from(c)),
    }
}

/// The letters and digits that it begins with.
fn word(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric() || look_of_nothing(c).is_some()).unwrap_or(text.len());
    &text[..end]
}

/// A word that mixes ASCII with what looks like it, or that looks like ASCII through and through. Plain Russian or Greek
/// does neither for long.
fn deceives(word: &str) -> bool {
    let foreign = || word.chars().filter(|c| !c.is_ascii());
    let mixed = word.chars().any(|c| c.is_ascii_alphabetic()) && foreign().any(|c| like(c).is_some());
    mixed || (foreign().next().is_some() && foreign().all(|c| like(c).is_some()))
}

fn look(c: char) -> Look {
    if c.is_ascii() {
        return match c {
            '\n' | '\t' => Look::Plain,
            c if c.is_control() => Look::Hidden(Hidden::Control),
            _ => Look::Plain,
        };
    }
    match (look_of_nothing(c), like(c)) {
        (Some(hidden), _) => Look::Hidden(hidden),
        (None, Some(like)) => Look::Like(like),
        (None, None) => Look::Plain,
    }
}

/// What has no look of its own.
fn look_of_nothing(c: char) -> Option<Hidden> {
    match c {
        '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => {
            Some(Hidden::Direction)
        }
        '\u{00AD}'
        | '\u{034F}'
        | '\u{115F}'
        | '\u{1160}'
        | '\u{17B4}'
        | '\u{17B5}'
        | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200D}'
        | '\u{2060}'..='\u{2065}'
        | '\u{206A}'..='\u{206F}'
        | '\u{2800}'
        | '\u{3164}'
        | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}'
        | '\u{FFA0}'
        | '\u{FFF0}'..='\u{FFFB}'
        | '\u{1D173}'..='\u{1D17A}'
        // Private use: no font shows them.
        | '\u{E000}'..='\u{F8FF}'
        | '\u{F0000}'..='\u{10FFFD}'
        | '\u{E0000}'..='\u{E0FFF}' => Some(Hidden::Invisible),
        '\u{2028}' | '\u{2029}' => Some(Hidden::Control),
        c if c.is_control() => Some(Hidden::Control),
        c if c != ' ' && c.is_whitespace() && !c.is_ascii() => Some(Hidden::Blank),
        _ => None,
    }
}

/// The ASCII that a character looks like, if any.
fn like(c: char) -> Option<String> {
    if c.is_ascii() {
        return None;
    }
    let mut bytes = [0; 4];
    let seen: String = skeleton(c.encode_utf8(&mut bytes)).collect();
    (!seen.is_empty() && seen.is_ascii()).then_some(seen)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn marked(text: &str) -> Vec<(String, Hidden)> {
        reveal(text).into_iter().filter_map(|piece| Some((piece.drawn?, piece.hidden?))).collect()
    }

    #[test]
    fn what_is_what_it_looks_like_is_one_piece() {
        for plain in [
            "cargo test --all | tee \"log.txt\"\n\techo 'ok'",
            "echo Grüße, café, naïve",
            "echo привет, мир",
            "echo 你好",
        ] {
            let pieces = reveal(plain);
            assert!(!hides(&pieces), "{pieces:?}");
            assert_eq!(pieces.len(), 1);
        }
    }

    #[test]
    fn what_turns_hides_orders_or_blanks_is_named() {
        let direction = Hidden::Direction;
        assert_eq!(marked("rm \u{202e}x\u{2066}"), [("U+202E".into(), direction), ("U+2066".into(), direction)]);
        assert_eq!(
            marked("l\u{200b}s \u{e0041}"),
            [("U+200B".into(), Hidden::Invisible), ("U+E0041".into(), Hidden::Invisible)]
        );
        assert_eq!(
            marked("a\r\u{1b}[2K\u{9b}"),
            [("\\r".into(), Hidden::Control), ("\\e".into(), Hidden::Control), ("U+009B".into(), Hidden::Control),]
        );
        assert_eq!(marked("ls\u{a0}-l"), [("U+00A0".into(), Hidden::Blank)]);
        for unseen in ['\u{3164}', '\u{2800}', '\u{FE0F}', '\u{E000}', '\u{F8FF}', '\u{10FFFD}', '\u{AD}'] {
            assert_eq!(marked(&format!("ls {unseen}")), [(name(unseen), Hidden::Invisible)]);
        }
    }

    #[test]
    fn a_letter_of_another_script_in_a_word_is_a_look_alike() {
        assert_eq!(marked("curl p\u{0430}ypal.com"), [("U+0430 like a".into(), Hidden::LookAlike)]);
        assert_eq!(marked("\u{0441}\u{0430}\u{0442}").len(), 0, "one letter of it is plainly Cyrillic");
        assert_eq!(marked("\u{0441}\u{0430}\u{0440}\u{0435}").len(), 4, "all of it can be read as Latin");
    }

    #[test]
    fn a_mark_that_a_shell_would_not_take_for_what_it_looks_like_is_named() {
        assert_eq!(marked("cd ..\u{2215}etc"), [("U+2215 like /".into(), Hidden::LookAlike)]);
    }

    proptest! {
        #[test]
        fn the_pieces_are_the_command_byte_for_byte(text in "\\PC*|[\\x00-\\x7f\u{200b}\u{202e}\u{0430}-\u{044f}a-z ]{0,40}") {
            let pieces = reveal(&text);
            let whole: String = pieces.iter().map(|piece| piece.text.as_str()).collect();
            prop_assert_eq!(whole, text);
            for piece in pieces.iter().filter(|piece| piece.hidden.is_none()) {
                prop_assert!(piece.text.chars().all(|c| look_of_nothing(c).is_none() || c == '\n' || c == '\t'));
            }
        }
    }
}
