//! Paths between cards: a soft curve forward, a route around the cards backward.

use std::fmt::Write;

use super::{Point, Rect, entry_point};

/// Radius of the corners of a path that goes back.
const CORNER: f64 = 20.0;
/// How far a path that goes back leaves the card before it turns.
const STUB: f64 = 28.0;
/// Distance between two paths that turn at the same card.
const LANE: f64 = 8.0;
const SAMPLES: usize = 24;

/// The shape of a path.
#[derive(Clone, Debug, PartialEq)]
pub struct PathShape {
    /// The `d` of an SVG path.
    pub d: String,
    /// Its middle, where "+" stands.
    pub middle: Point,
    /// Points along it.
    points: Vec<Point>,
}

impl PathShape {
    /// How far a point is from it.
    pub fn distance(&self, point: Point) -> f64 {
        self.points.windows(2).map(|ends| distance_to_line(point, ends[0], ends[1])).fold(f64::INFINITY, f64::min)
    }

    /// Does the line between two points cross it?
    pub fn crosses(&self, a: Point, b: Point) -> bool {
        self.points.windows(2).any(|ends| lines_cross(a, b, ends[0], ends[1]))
    }

    /// The points so far from its two ends, along it; the middle where it is shorter than that.
    pub fn near_ends(&self, by: f64) -> (Point, Point) {
        let length: f64 = self.points.windows(2).map(|ends| ends[0].distance(ends[1])).sum();
        let by = by.min(length / 2.0);
        let reversed: Vec<Point> = self.points.iter().rev().copied().collect();
        (along(&self.points, by), along(&reversed, by))
    }
}

/// The path from an exit of `source` to the entry of `target`; `lane` is the exit's row.
pub fn path_shape(from: Point, source: &Rect, target: &Rect, lane: usize) -> PathShape {
    let to = entry_point(target);
    if to.x - from.x >= 2.0 * CORNER { forward(from, to) } else { back(from, to, source, target, lane) }
}

/// The line from an exit to the pointer while a path is drawn.
pub fn connection_shape(from: Point, to: Point) -> PathShape {
    forward(from, to)
}

/// One cubic curve; the handles are half the distance, and a little when it goes back.
fn forward(from: Point, to: Point) -> PathShape {
    let distance = to.x - from.x;
    let offset = if distance >= 0.0 { 0.5 * distance } else { 0.25 * 25.0 * (-distance).sqrt() };
    let (a, b) = (Point::new(from.x + offset, from.y), Point::new(to.x - offset, to.y));
    let points: Vec<Point> = (0..=SAMPLES).map(|step| cubic(from, a, b, to, step as f64 / SAMPLES as f64)).collect();
    PathShape {
        d: format!("M{:.1} {:.1}C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}", from.x, from.y, a.x, a.y, b.x, b.y, to.x, to.y),
        middle: points[SAMPLES / 2],
        points,
    }
}

/// Out, along a free row between or below the two cards, and in, with round corners.
fn back(from: Point, to: Point, source: &Rect, target: &Rect, lane: usize) -> PathShape {
    let shift = LANE * lane as f64;
    let gap = 2.0 * CORNER;
    let (source_low, target_low) = (source.y + source.h, target.y + target.h);
    let row = if target.y - source_low >= gap {
        (source_low + target.y) / 2.0
    } else if source.y - target_low >= gap {
        (target_low + source.y) / 2.0
    } else {
        source_low.max(target_low) + STUB + shift
    };
    let (right, left) = (from.x + STUB + shift, to.x - STUB);
    rounded(&[
        from,
        Point::new(right, from.y),
        Point::new(right, row),
        Point::new(left, row),
        Point::new(left, to.y),
        to,
    ])
}

/// A line through corners, rounded.
fn rounded(corners: &[Point]) -> PathShape {
    let mut d = format!("M{:.1} {:.1}", corners[0].x, corners[0].y);
    for three in corners.windows(3) {
        let (before, corner, after) = (three[0], three[1], three[2]);
        let radius = CORNER.min(before.distance(corner) / 2.0).min(corner.distance(after) / 2.0);
        let (a, b) = (towards(corner, before, radius), towards(corner, after, radius));
        write!(d, "L{:.1} {:.1}Q{:.1} {:.1} {:.1} {:.1}", a.x, a.y, corner.x, corner.y, b.x, b.y)
            .expect("writing to a string does not fail");
    }
    let end = corners[corners.len() - 1];
    write!(d, "L{:.1} {:.1}", end.x, end.y).expect("writing to a string does not fail");
    PathShape { d, middle: halfway(corners), points: corners.to_vec() }
}

/// The point of a line through corners that is half its length from the start.
fn halfway(corners: &[Point]) -> Point {
    let length: f64 = corners.windows(2).map(|ends| ends[0].distance(ends[1])).sum();
    along(corners, length / 2.0)
}

/// The point of a line through corners that is so far along it; its end where it is shorter.
fn along(corners: &[Point], by: f64) -> Point {
    let mut left = by;
    for ends in corners.windows(2) {
        let part = ends[0].distance(ends[1]);
        if left <= part {
            return towards(ends[0], ends[1], left);
        }
        left -= part;
    }
    corners[corners.len() - 1]
}

fn towards(from: Point, to: Point, by: f64) -> Point {
    let distance = from.distance(to);
    if distance == 0.0 {
        return from;
    }
    Point::new(from.x + (to.x - from.x) * by / distance, from.y + (to.y - from.y) * by / distance)
}

fn cubic(p: Point, a: Point, b: Point, q: Point, t: f64) -> Point {
    let s = 1.0 - t;
    let mix =
        |p: f64, a: f64, b: f64, q: f64| s * s * s * p + 3.0 * s * s * t * a + 3.0 * s * t * t * b + t * t * t * q;
    Point::new(mix(p.x, a.x, b.x, q.x), mix(p.y, a.y, b.y, q.y))
}

fn distance_to_line(point: Point, a: Point, b: Point) -> f64 {
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let length = dx * dx + dy * dy;
    let t = if length == 0.0 { 0.0 } else { (((point.x - a.x) * dx + (point.y - a.y) * dy) / length).clamp(0.0, 1.0) };
    point.distance(Point::new(a.x + t * dx, a.y + t * dy))
}

/// Do two lines cross, each between its two points?
fn lines_cross(a: Point, b: Point, c: Point, d: Point) -> bool {
    let side = |p: Point, q: Point, r: Point| (q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x);
    // A line through a point where two others meet crosses one of them.
    let differ = |p: f64, q: f64| (p > 0.0) != (q > 0.0);
    differ(side(a, b, c), side(a, b, d)) && differ(side(c, d, a), side(c, d, b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_forward_is_one_curve_through_its_middle() {
        let shape = path_shape(
            Point::new(240.0, 80.0),
            &Rect::new(0.0, 0.0, 240.0, 120.0),
            &Rect::new(340.0, 0.0, 240.0, 120.0),
            0,
        );

        assert_eq!(shape.d, "M240.0 80.0C290.0 80.0 290.0 19.0 340.0 19.0");
        assert_eq!(shape.middle, Point::new(290.0, 49.5));
        assert!(shape.distance(shape.middle) < 1.0);
    }

    #[test]
    fn a_knife_crosses_what_it_goes_through() {
        let shape = connection_shape(Point::new(0.0, 0.0), Point::new(100.0, 0.0));

        assert!(shape.crosses(Point::new(50.0, -20.0), Point::new(50.0, 20.0)));
        assert!(!shape.crosses(Point::new(150.0, -20.0), Point::new(150.0, 20.0)));
        assert!(!shape.crosses(Point::new(50.0, -20.0), Point::new(50.0, -2.0)), "it stops before");
    }

    #[test]
    fn the_grips_of_a_path_are_near_its_ends() {
        let shape = connection_shape(Point::new(0.0, 0.0), Point::new(100.0, 0.0));

        let (start, end) = shape.near_ends(16.0);

        assert!((start.x - 16.0).abs() < 0.5 && (end.x - 84.0).abs() < 0.5, "{start:?} {end:?}");
    }

    #[test]
    fn a_path_back_goes_around_both_cards() {
        let (source, target) = (Rect::new(400.0, 0.0, 240.0, 120.0), Rect::new(0.0, 20.0, 240.0, 200.0));

        let shape = path_shape(Point::new(640.0, 80.0), &source, &target, 0);

        assert!(shape.middle.y > 220.0, "{:?}", shape.middle);
        assert!(shape.distance(Point::new(120.0, 100.0)) > 40.0, "it must not cross the target's card");
    }
}
