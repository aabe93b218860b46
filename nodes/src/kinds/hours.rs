//! `hours`: is it within the opening hours of a calendar?

use interpreter::{Ctx, Failure, Kind, KindInfo, Next};
use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use model::spec::{Family, PortRole, PortSpec};
use model::{Calendar, CalendarKey, OpenHours, Texts};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Settings of opening hours.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Settings {
    /// Whose opening hours. None chosen means the first calendar of the workspace.
    #[schemars(title = "Calendar", extend("x-zh" = ["服务时间", "按哪份服务时间；不选表示第一份"]))]
    pub calendar: CalendarKey,
}

impl Kind for Settings {
    fn info() -> KindInfo {
        KindInfo {
            kind: "hours",
            version: 1,
            family: Family::Decide,
            icon: "clock",
            label: Texts::new("服务时间", "Opening hours"),
            description: Texts::new(
                "判断现在是不是服务时间，节假日算休息。",
                "Decides whether it is within opening hours; holidays count as closed.",
            ),
            keywords: &["business hours", "calendar", "holiday", "time", "工作时间", "上班", "节假日", "营业"],
            summary: Texts::new("{calendar}", "{calendar}"),
            ports: vec![
                PortSpec::one("open", PortRole::Choice, Texts::new("服务时间内", "open")),
                PortSpec::one("closed", PortRole::Choice, Texts::new("非服务时间", "closed")),
            ],
            enterable: true,
            waits: false,
            order: 90,
        }
    }

    fn examples() -> Vec<(Texts, Self)> {
        vec![
            (Texts::new("默认的服务时间", "The workspace's own hours"), Self::default()),
            (Texts::new("售后组的服务时间", "The after-sales team's hours"), Self { calendar: "after_sales".into() }),
        ]
    }

    fn enter(&self, ctx: &mut Ctx<'_>) -> Result<Next, Failure> {
        let calendars = &ctx.resources().calendars;
        let calendar = if self.calendar.is_empty() {
            calendars.first()
        } else {
            calendars.iter().find(|calendar| calendar.key == self.calendar)
        };
        let Some(calendar) = calendar else {
            if self.calendar.is_empty() {
                ctx.because("没有服务时间表，当作服务时间内", "there is no calendar, so it counts as open");
                return Ok(Next::go("open"));
            }
            return Err(Failure::new(
                format!("没有服务时间表“{}”", self.calendar),
                format!("there is no calendar “{}”", self.calendar),
            ));
        };
        let zone = TimeZone::get(&calendar.time_zone).unwrap_or(TimeZone::UTC);
        let now = Timestamp::from_millisecond(ctx.now()).unwrap_or_default().to_zoned(zone);
        let is_open = is_open(calendar, &now);
        let shown = now.strftime("%Y-%m-%d %H:%M").to_string();
        ctx.because(format!("当地时间 {shown}"), format!("local time {shown}"));
        Ok(Next::go(if is_open { "open" } else { "closed" }))
    }
}

fn is_open(calendar: &Calendar, now: &Zoned) -> bool {
    if calendar.holidays.iter().any(|day| day.trim() == now.date().to_string()) {
        return false;
    }
    let time = now.time();
    let on = |weekday: Weekday| {
        let index = usize::try_from(weekday.to_monday_zero_offset()).unwrap_or(0);
        calendar.week.get(index).into_iter().flatten()
    };
    let is_today = on(now.weekday()).any(|span| match (clock(&span.from), clock(&span.to)) {
        (Some(from), Some(to)) => from <= time && (time < to || is_midnight(span) || to < from),
        _ => false,
    });
    // A night shift that began yesterday goes on until its end.
    let from_yesterday = on(now.weekday().previous()).any(|span| match (clock(&span.from), clock(&span.to)) {
        (Some(from), Some(to)) => to < from && !is_midnight(span) && time < to,
        _ => false,
    });
    is_today || from_yesterday
}

fn is_midnight(span: &OpenHours) -> bool {
    matches!(span.to.trim(), "24:00" | "00:00" | "0:00")
}

/// `9:00`, `09:00`, `24:00`.
fn clock(text: &str) -> Option<Time> {
    let (hour, minute) = text.trim().split_once(':')?;
    let (hour, minute) = (hour.parse::<i8>().ok()?, minute.parse::<i8>().ok()?);
    Time::new(if hour == 24 { 0 } else { hour }, minute, 0, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_holidays_and_nights_count() {
        for (moment, expected) in [
            ("2026-11-20T09:00+08:00[Asia/Shanghai]", true),
            ("2026-11-20T08:59+08:00[Asia/Shanghai]", false),
            ("2026-11-20T17:59+08:00[Asia/Shanghai]", true),
            ("2026-11-20T18:00+08:00[Asia/Shanghai]", false),
            ("2026-11-21T23:30+08:00[Asia/Shanghai]", true),
            ("2026-11-22T05:59+08:00[Asia/Shanghai]", true),
            ("2026-11-22T06:00+08:00[Asia/Shanghai]", false),
            ("2026-10-01T10:00+08:00[Asia/Shanghai]", false),
        ] {
            assert_eq!(is_open(&calendar(), &moment.parse().expect("a moment")), expected, "{moment}");
        }
    }

    #[test]
    fn the_calendar_decides_by_the_given_time() {
        use crate::play::Play;
        use serde_json::json;

        assert_eq!(Play::new("hours", json!({})).open().left_by(), "open");
        assert_eq!(Play::new("hours", json!({})).at("2026-11-22T10:00:00+08:00").open().left_by(), "closed");
    }

    fn calendar() -> Calendar {
        let span = |from: &str, to: &str| vec![OpenHours { from: from.into(), to: to.into() }];
        let mut week = vec![span("09:00", "18:00"); 5];
        week.push(span("22:00", "06:00"));
        week.push(Vec::new());
        Calendar {
            key: "shop".into(),
            name: Texts::new("店", "shop"),
            time_zone: "Asia/Shanghai".into(),
            week,
            holidays: vec!["2026-10-01".into()],
        }
    }
}
