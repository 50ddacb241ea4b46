//! What stands in a command and is not seen, made to be seen: an approval shows the exact
//! command, so nothing in it may hide, pose as a space, or turn the order of the letters.

/// A stretch of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    Plain(String),
    /// A character that is not seen, as an escape.
    Hidden(String),
}

/// Splits a command into what is seen and what is not.
pub fn reveal(command: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for letter in command.chars() {
        match (hides(letter), pieces.last_mut()) {
            (true, _) => pieces.push(Piece::Hidden(escape(letter))),
            (false, Some(Piece::Plain(text))) => text.push(letter),
            (false, _) => pieces.push(Piece::Plain(letter.to_string())),
        }
    }
    pieces
}

/// How many characters of it are not seen.
pub fn hidden(pieces: &[Piece]) -> usize {
    pieces.iter().filter(|piece| matches!(piece, Piece::Hidden(_))).count()
}

fn escape(letter: char) -> String {
    match letter {
        '\t' => "\\t".to_owned(),
        '\r' => "\\r".to_owned(),
        '\u{1b}' => "\\e".to_owned(),
        other => format!("\\u{{{:04X}}}", u32::from(other)),
    }
}

/// Whether a letter is not seen for what it is. A new line is: the lines under each other show it.
fn hides(letter: char) -> bool {
    match letter {
        '\n' | ' ' => false,
        // Spaces of other widths look like the one that separates words, and do not.
        letter if letter.is_control() || letter.is_whitespace() => true,
        letter => matches!(u32::from(letter),
            0x00AD | 0x034F | 0x061C | 0x115F | 0x1160 | 0x17B4 | 0x17B5 | 0x2800 | 0x3164 | 0xFEFF | 0xFFA0
            | 0x180B..=0x180F // Mongolian selectors and separators
            | 0x200B..=0x200F // zero width, left and right marks
            | 0x202A..=0x202E // embeddings and overrides
            | 0x2060..=0x206F // joiners, isolates
            | 0xFE00..=0xFE0F // variation selectors
            | 0xFFF0..=0xFFFB
            | 0x1D173..=0x1D17A
            | 0xE000..=0xF8FF // private use: no font shows them
            | 0xE0000..=0xE0FFF // tags and more selectors
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Piece {
        Piece::Plain(text.to_owned())
    }

    #[test]
    fn an_ordinary_command_stays_as_it_is_in_any_language() {
        for command in ["cargo publish -p wire --dry-run", "echo 'grüße, 世界'\nls", "printf '🚀'"] {
            assert_eq!(reveal(command), [plain(command)]);
        }
    }

    #[test]
    fn what_turns_the_order_of_letters_is_shown_as_an_escape() {
        let pieces = reveal("rm a\u{202E}txt.sh");
        assert_eq!(pieces, [plain("rm a"), Piece::Hidden("\\u{202E}".into()), plain("txt.sh")]);
        assert_eq!(hidden(&pieces), 1);
    }

    #[test]
    fn what_has_no_width_or_poses_as_a_space_is_shown() {
        for hidden in [
            '\u{200B}',
            '\u{200D}',
            '\u{2066}',
            '\u{FEFF}',
            '\u{00A0}',
            '\u{3000}',
            '\u{3164}',
            '\u{E0041}',
            '\u{00AD}',
            '\u{2028}',
            '\u{0}',
            '\u{7F}',
            '\u{FE0F}',
            '\u{2800}',
        ] {
            let pieces = reveal(&format!("a{hidden}b"));
            assert_eq!(pieces.len(), 3, "{:x}", u32::from(hidden));
            assert!(matches!(&pieces[1], Piece::Hidden(escape) if escape.is_ascii()));
        }
    }

    #[test]
    fn control_characters_have_the_names_programmers_know() {
        let pieces = reveal("a\tb\r\u{1b}");
        let escapes: Vec<_> = pieces.iter().filter(|piece| matches!(piece, Piece::Hidden(_))).cloned().collect();
        assert_eq!(escapes, ["\\t", "\\r", "\\e"].map(|escape| Piece::Hidden(escape.into())));
    }
}
