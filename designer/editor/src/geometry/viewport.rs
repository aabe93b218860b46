//! The viewport: which part of the world is seen, and how large.

use super::{Point, Rect};

/// The least zoom.
pub const MIN_ZOOM: f64 = 0.1;
/// The most zoom.
pub const MAX_ZOOM: f64 = 2.0;

/// A point of the world `w` is on the screen at `w · k + (x, y)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Viewport {
    /// Where the world's origin is on the screen.
    pub x: f64,
    /// The same, down.
    pub y: f64,
    /// Zoom.
    pub k: f64,
}

impl Default for Viewport {
    fn default() -> Self {
        Self { x: 0.0, y: 0.0, k: 1.0 }
    }
}

/// Space around what is fitted, as a part of the screen, and screen px kept free on each side.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FitPadding {
    /// Part of the screen on each side.
    pub part: f64,
    /// Never zoom in beyond this.
    pub max_zoom: f64,
}

impl Default for FitPadding {
    fn default() -> Self {
        Self { part: 0.1, max_zoom: 1.0 }
    }
}

impl Viewport {
    /// A point of the screen (from the canvas's corner) in the world.
    pub fn to_world(self, screen: Point) -> Point {
        Point::new((screen.x - self.x) / self.k, (screen.y - self.y) / self.k)
    }

    /// A point of the world on the screen.
    pub fn to_screen(self, world: Point) -> Point {
        Point::new(world.x * self.k + self.x, world.y * self.k + self.y)
    }

    /// Zoomed by `factor` so that the world's point under the cursor stays there.
    pub fn zoomed(self, cursor: Point, factor: f64) -> Self {
        let k = (self.k * factor).clamp(MIN_ZOOM, MAX_ZOOM);
        Self { x: cursor.x - (cursor.x - self.x) * k / self.k, y: cursor.y - (cursor.y - self.y) * k / self.k, k }
    }

    /// Moved by screen px.
    pub fn moved(self, dx: f64, dy: f64) -> Self {
        Self { x: self.x + dx, y: self.y + dy, ..self }
    }

    /// The viewport of a `width` × `height` screen that shows all of `world`, in the middle.
    pub fn fitted(world: &Rect, width: f64, height: f64, padding: FitPadding) -> Self {
        let free = 1.0 - 2.0 * padding.part;
        let k = (width * free / world.w.max(1.0))
            .min(height * free / world.h.max(1.0))
            .min(padding.max_zoom)
            .clamp(MIN_ZOOM, MAX_ZOOM);
        Self::default().centred(world.centre(), width, height, k)
    }

    /// The viewport with a point of the world in the middle of the screen.
    pub fn centred(self, world: Point, width: f64, height: f64, k: f64) -> Self {
        Self { x: width / 2.0 - world.x * k, y: height / 2.0 - world.y * k, k }
    }

    /// The part of the world a screen shows.
    pub fn seen(self, width: f64, height: f64) -> Rect {
        let corner = self.to_world(Point::default());
        Rect::new(corner.x, corner.y, width / self.k, height / self.k)
    }

    /// The least move that brings a rectangle of the world into the free area of the screen.
    pub fn revealing(self, rect: &Rect, width: f64, height: f64, margin: f64) -> Self {
        let corner = self.to_screen(Point::new(rect.x, rect.y));
        let move_in = |start: f64, length: f64, size: f64| {
            if start < margin || length > size - 2.0 * margin {
                margin - start
            } else {
                (size - margin - start - length).min(0.0)
            }
        };
        self.moved(move_in(corner.x, rect.w * self.k, width), move_in(corner.y, rect.h * self.k, height))
    }
}

/// The power of two a turn of the wheel zooms by. `delta_mode` is the event's: 0 px, 1 lines, 2 pages.
pub fn wheel_delta(delta_y: f64, delta_mode: u32, is_pinch_on_mac: bool) -> f64 {
    let unit = match delta_mode {
        1 => 0.05,
        2 => 1.0,
        _ => 0.002,
    };
    -delta_y * unit * if is_pinch_on_mac { 10.0 } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zooming_keeps_the_point_under_the_cursor() {
        let view = Viewport { x: 30.0, y: -20.0, k: 0.8 };
        let cursor = Point::new(300.0, 200.0);

        let zoomed = view.zoomed(cursor, 2.0_f64.powf(wheel_delta(-100.0, 0, false)));

        assert!(view.to_world(cursor).distance(zoomed.to_world(cursor)) < 1e-9);
        assert!((zoomed.k - 0.8 * 2.0_f64.powf(0.2)).abs() < 1e-9);
        assert_eq!(view.zoomed(cursor, 100.0).k, MAX_ZOOM);
    }

    #[test]
    fn fitting_shows_everything_but_never_enlarges() {
        let view = Viewport::fitted(&Rect::new(100.0, 100.0, 3000.0, 500.0), 1000.0, 800.0, FitPadding::default());

        let seen = view.seen(1000.0, 800.0);
        assert!(seen.x <= 100.0 && seen.x + seen.w >= 3100.0);
        assert_eq!(Viewport::fitted(&Rect::new(0.0, 0.0, 10.0, 10.0), 1000.0, 800.0, FitPadding::default()).k, 1.0);
    }

    #[test]
    fn revealing_moves_only_as_far_as_needed() {
        let view = Viewport::default();

        assert_eq!(view.revealing(&Rect::new(100.0, 100.0, 50.0, 50.0), 800.0, 600.0, 20.0), view);
        assert_eq!(view.revealing(&Rect::new(790.0, 100.0, 50.0, 50.0), 800.0, 600.0, 20.0).x, -60.0);
    }
}
