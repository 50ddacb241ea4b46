//! Acts on the split window, as a person does them.

use super::*;

fn four() -> Panes {
    let mut panes = Panes::default();
    panes.split(1, Cut::Down);
    panes.split(2, Cut::Down);
    panes
}

#[test]
fn a_window_starts_with_two_panes_side_by_side() {
    let panes = Panes::default();
    assert_eq!(
        panes.places(),
        [(1, Place { x: 0.0, y: 0.0, w: 0.5, h: 1.0 }), (2, Place { x: 0.5, y: 0.0, w: 0.5, h: 1.0 })]
    );
}

#[test]
fn a_new_pane_takes_half_of_the_old_one_and_the_focus() {
    let mut panes = Panes::default();
    let new = panes.split(2, Cut::Down);
    assert_eq!(panes.focus(), new);
    assert!(panes.places().contains(&(new, Place { x: 0.5, y: 0.5, w: 0.5, h: 0.5 })));
    assert!(panes.sound());
}

#[test]
fn the_neighbour_of_a_closed_pane_gets_its_room_and_the_focus() {
    let mut panes = Panes::default();
    panes.close(1);
    assert_eq!(panes.places(), [(2, WHOLE)]);
    assert_eq!(panes.focus(), 2);
    assert!(panes.sound());
}

#[test]
fn the_last_pane_is_emptied_and_stays() {
    let mut panes = Panes::default();
    panes.close(1);
    panes.show(2, PaneState { node: Some("local".into()), ..PaneState::default() });
    panes.close(2);
    assert_eq!(panes.get(2), Some(&PaneState::default()));
}

#[test]
fn the_focus_walks_to_the_neighbour_in_each_direction_and_stops_at_the_edge() {
    let mut panes = four();
    panes.focus_on(1);
    for (toward, lands) in [(Toward::Down, 3), (Toward::Right, 4), (Toward::Up, 2), (Toward::Up, 2), (Toward::Left, 1)]
    {
        panes.focus_toward(toward);
        assert_eq!(panes.focus(), lands, "{toward:?}");
    }
}

#[test]
fn a_divider_never_squeezes_a_pane_away() {
    let mut panes = Panes::default();
    panes.resize("", 0.0);
    assert_eq!(panes.dividers()[0].share, LEAST);
    panes.resize("", 2.0);
    assert_eq!(panes.dividers()[0].share, 1.0 - LEAST);
}

#[test]
fn moving_a_divider_moves_only_what_it_divides() {
    let mut panes = four();
    let of = |panes: &Panes, id| panes.places().into_iter().find(|(known, _)| *known == id);
    let untouched = of(&panes, 4);
    panes.resize("a", 0.7);
    assert_eq!(of(&panes, 4), untouched);
    assert_eq!(of(&panes, 1), Some((1, Place { x: 0.0, y: 0.0, w: 0.5, h: 0.7 })));
}

#[test]
fn a_layout_with_a_tile_too_many_is_not_sound() {
    let mut panes = Panes::default();
    panes.shown.insert(9, PaneState::default());
    assert!(!panes.sound());
}
