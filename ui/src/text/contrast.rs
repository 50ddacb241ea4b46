//! The colours of the tokens against each other: no text on any surface may be hard to read.
//! Nothing of this is in the window; it is a test of `style/10-tokens.css`.
#![cfg(test)]
#![allow(clippy::unwrap_used, clippy::panic)]

const TOKENS: &str = include_str!("../../style/10-tokens.css");
const SURFACES: [&str; 8] = ["ink", "field", "deck", "panel", "raised", "lifted", "ask-bg", "fail-bg"];
const WORDS: [&str; 9] = ["text", "soft", "faint", "accent", "run", "ask", "done", "ok", "fail"];
const HUES: [&str; 8] = ["hue-1", "hue-2", "hue-3", "hue-4", "hue-5", "hue-6", "hue-7", "hue-8"];

/// By day and by night, of the first definition.
fn token(name: &str) -> [[f64; 3]; 2] {
    let line = TOKENS.lines().find(|line| line.trim_start().starts_with(&format!("--{name}:"))).unwrap();
    let pair = line.split_once("light-dark(").unwrap().1.split_once(')').unwrap().0;
    let mut colours = pair.split(',').map(|hex| {
        let hex = hex.trim().trim_start_matches('#');
        [0, 2, 4].map(|at| f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0)
    });
    [colours.next().unwrap(), colours.next().unwrap()]
}

/// As WCAG 2.2 defines it.
fn contrast(a: [f64; 3], b: [f64; 3]) -> f64 {
    let light = |rgb: [f64; 3]| {
        let [r, g, b] = rgb.map(|c| if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) });
        0.2126 * r + 0.7152 * g + 0.0722 * b
    };
    let (a, b) = (light(a), light(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn hold(fore: &str, back: &str, least: f64) {
    for (theme, (fore_at, back_at)) in ["day", "night"].iter().zip(token(fore).into_iter().zip(token(back))) {
        let found = contrast(fore_at, back_at);
        assert!(found >= least, "{fore} on {back} by {theme}: {found:.2}, at least {least}");
    }
}

#[test]
fn words_are_readable_on_every_surface_by_day_and_by_night() {
    for surface in SURFACES {
        for word in WORDS {
            hold(word, surface, 4.5);
        }
    }
    for word in ["text", "soft"] {
        hold(word, "sel", 4.5);
    }
    for hue in HUES {
        for surface in ["deck", "panel", "raised"] {
            hold(hue, surface, 4.5);
        }
    }
}

#[test]
fn words_on_filled_buttons_and_badges_are_readable() {
    hold("accent-ink", "accent", 4.5);
    hold("accent-ink", "accent-up", 4.5);
    hold("ask-ink", "ask", 4.5);
}

#[test]
fn marks_stand_out_from_what_they_stand_on() {
    for surface in SURFACES {
        for mark in ["off", "run", "ask", "done", "ok", "fail"] {
            hold(mark, surface, 3.0);
        }
    }
    hold("off", "sel", 3.0);
}
