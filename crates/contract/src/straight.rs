//! Words that turn no others: what a program or an agent wrote, read in the order it was written in.

use std::borrow::Cow;

/// The text with its orders to turn the direction of writing spelt out, as in a command: an agent could make what stands
/// behind one read as something else. Letters of scripts written from the right turn by themselves and are left alone.
pub fn straight(text: &str) -> Cow<'_, str> {
    let turns = |char: char| matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if !text.contains(turns) {
        return Cow::Borrowed(text);
    }
    let spelt = |char: char| if turns(char) { format!("‹U+{:04X}›", u32::from(char)) } else { char.to_string() };
    Cow::Owned(text.chars().map(spelt).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_of_direction_is_spelt_out_and_a_script_is_left_alone() {
        assert_eq!(straight("exec \u{202e}fdp.exe"), "exec ‹U+202E›fdp.exe");
        assert!(matches!(straight("שלום and 👩\u{200d}🚀"), Cow::Borrowed(_)));
    }
}
