//! Opening hours: when people are there, by weekday, with closed days.

use leptos::prelude::*;
use model::{Calendar, CalendarKey, OpenHours, Texts};

use super::PartHead;
use super::shared::{FormFoot, delete_with_undo};
use crate::api;
use crate::i18n::{tr, words};
use crate::pages::act::act;
use crate::pages::load::Remote;
use crate::pages::name_pair::{NameFields, NamePair};
use crate::ui::{
    Button, ButtonKind, Dialog, DialogSize, EmptyState, Field, Icon, IconButton, Switch, TextArea, TextInput,
};

const WEEKDAYS: [(&str, &str); 7] = [
    ("周一", "Mon"),
    ("周二", "Tue"),
    ("周三", "Wed"),
    ("周四", "Thu"),
    ("周五", "Fri"),
    ("周六", "Sat"),
    ("周日", "Sun"),
];

/// The part.
#[component]
pub(super) fn CalendarsPart() -> impl IntoView {
    let calendars = Remote::new(api::calendars);
    let open = RwSignal::new(false);
    let editing = RwSignal::new(None::<Calendar>);
    let begin = move |calendar: Option<Calendar>| {
        editing.set(calendar);
        open.set(true);
    };
    view! {
        <PartHead
            title=move || tr("服务时间", "Opening hours")
            words=move || tr("流程按它判断现在有没有人。", "Flows ask it whether people are there now.")
        >
            <Button kind=ButtonKind::Primary icon="plus" label=move || tr("新建服务时间", "New opening hours") on_press=move |()| begin(None) />
        </PartHead>
        {calendars.show(2, move || view! {
            <div class="panel">
                {move || {
                    let all = calendars.get().unwrap_or_default();
                    if all.is_empty() {
                        return view! {
                            <EmptyState
                                icon="calendar-clock"
                                title=move || tr("还没有服务时间", "No opening hours yet")
                                detail=move || tr("写下每天几点到几点有人，转人工时才不会落空。", "Write when people are there, so that a hand-over never goes to nobody.")
                            />
                        }
                        .into_any();
                    }
                    let rows = all.into_iter().map(|calendar| {
                        let (edited, deleted) = (calendar.clone(), calendar.clone());
                        view! {
                            <li class="line">
                                <span class="flow-mark"><Icon name="calendar-clock" /></span>
                                <div class="line-words">
                                    <b>{words(&calendar.name)}</b>
                                    <small class="quiet">{summary(&calendar)}" · "{calendar.time_zone.clone()}</small>
                                </div>
                                <IconButton icon="pencil" label=move || tr("修改", "Edit") on_press=move |()| begin(Some(edited.clone())) />
                                <IconButton icon="trash-2" danger=true label=move || tr("删除", "Delete") on_press=move |()| {
                                    let (calendar, key) = (deleted.clone(), deleted.key.0.clone());
                                    delete_with_undo(
                                        untrack(|| words(&calendar.name)),
                                        async move { api::delete_calendar(&key).await },
                                        move || { let calendar = calendar.clone(); async move { api::create_calendar(&calendar).await } },
                                        move || calendars.reload(),
                                    );
                                } />
                            </li>
                        }
                    }).collect_view();
                    view! { <ul class="lines">{rows}</ul> }.into_any()
                }}
            </div>
        })}
        <Dialog open size=DialogSize::Medium title=move || tr("服务时间", "Opening hours")>
            <CalendarForm calendars open calendar=editing.get_untracked() />
        </Dialog>
    }
}

#[component]
fn CalendarForm(calendars: Remote<Vec<Calendar>>, open: RwSignal<bool>, calendar: Option<Calendar>) -> impl IntoView {
    let is_new = calendar.is_none();
    let calendar = calendar.unwrap_or_else(working_week);
    let name = NamePair::new(&calendar.name);
    let time_zone = RwSignal::new(calendar.time_zone.clone());
    let holidays = RwSignal::new(calendar.holidays.join("\n"));
    let days = days_of(&calendar);
    let shown_days = days.clone();
    let key = calendar.key;
    let busy = RwSignal::new(false);
    let wrong_days = Signal::derive(move || {
        let wrong: Vec<String> = holidays.with(|text| lines(text).into_iter().filter(|day| !is_date(day)).collect());
        if wrong.is_empty() {
            String::new()
        } else {
            format!("{} {}", tr("不是日期：", "Not a date:"), wrong.join(", "))
        }
    });
    let is_ready = Signal::derive(move || {
        !name.is_empty() && wrong_days.with(String::is_empty) && !time_zone.with(String::is_empty)
    });
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if !is_ready.get_untracked() {
            return;
        }
        let texts = untrack(|| name.texts());
        let calendar = Calendar {
            key: key.clone(),
            name: texts,
            time_zone: time_zone.get_untracked().trim().to_owned(),
            week: days.iter().map(|day| day.hours()).collect(),
            holidays: holidays.with_untracked(|text| lines(text)),
        };
        act(
            busy,
            async move { if is_new { api::create_calendar(&calendar).await } else { api::save_calendar(&calendar).await } },
            move |_| {
                let _ = open.try_set(false);
                calendars.reload();
            },
        );
    };
    view! {
        <form on:submit=submit>
            <div class="dialog-body">
                <NameFields pair=name autofocus=true zh_placeholder=move || tr("例如：工作时间", "for example 工作时间") en_placeholder=move || tr("例如：Office hours", "for example Office hours") />
                <Field label=move || tr("时区", "Time zone") help=move || tr("例如 Asia/Shanghai、Europe/London", "For example Asia/Shanghai, Europe/London")>
                    <TextInput value=time_zone />
                </Field>
                <fieldset class="week">
                    <legend class="field-label">{move || tr("每周", "Every week")}</legend>
                    {shown_days.into_iter().enumerate().map(|(idx, day)| view! { <DayRow idx day /> }).collect_view()}
                </fieldset>
                <Field label=move || tr("休息日，每行一个", "Closed days, one per line") help=move || tr("例如 2027-02-06", "For example 2027-02-06") problem=wrong_days>
                    <TextArea value=holidays rows=2 />
                </Field>
            </div>
            <FormFoot open busy disabled=Signal::derive(move || !is_ready.get()) />
        </form>
    }
}

/// One weekday being edited: up to two spans, as a lunch break makes them.
#[derive(Clone, Copy)]
struct Day {
    is_open: RwSignal<bool>,
    from: RwSignal<String>,
    to: RwSignal<String>,
    has_break: RwSignal<bool>,
    again_from: RwSignal<String>,
    again_to: RwSignal<String>,
}

impl Day {
    fn hours(self) -> Vec<OpenHours> {
        let span = |from: RwSignal<String>, to: RwSignal<String>| OpenHours {
            from: from.get_untracked(),
            to: closing(&to.get_untracked()),
        };
        match (self.is_open.get_untracked(), self.has_break.get_untracked()) {
            (false, _) => Vec::new(),
            (true, false) => vec![span(self.from, self.to)],
            (true, true) => vec![span(self.from, self.to), span(self.again_from, self.again_to)],
        }
    }
}

#[component]
fn DayRow(idx: usize, day: Day) -> impl IntoView {
    let (zh, en) = WEEKDAYS[idx % WEEKDAYS.len()];
    view! {
        <div class="day">
            <Switch on=day.is_open label=move || tr(zh, en) on_change=move |on| day.is_open.set(on) />
            {move || if day.is_open.get() {
                view! {
                    <span class="day-hours">
                        <TextInput value=day.from kind="time" label=move || tr("从", "From") />
                        <span>"–"</span>
                        <TextInput value=day.to kind="time" label=move || tr("到", "To") />
                        {move || if day.has_break.get() {
                            view! {
                                <TextInput value=day.again_from kind="time" label=move || tr("再从", "Again from") />
                                <span>"–"</span>
                                <TextInput value=day.again_to kind="time" label=move || tr("到", "To") />
                                <IconButton icon="x" label=move || tr("去掉第二段", "Without the second span") on_press=move |()| day.has_break.set(false) />
                            }
                            .into_any()
                        } else {
                            view! { <IconButton icon="plus" label=move || tr("再加一段", "Add a second span") on_press=move |()| day.has_break.set(true) /> }.into_any()
                        }}
                    </span>
                }
                .into_any()
            } else {
                view! { <span class="quiet">{move || tr("休息", "Closed")}</span> }.into_any()
            }}
        </div>
    }
}

fn days_of(calendar: &Calendar) -> Vec<Day> {
    (0..WEEKDAYS.len())
        .map(|idx| {
            let spans = calendar.week.get(idx).cloned().unwrap_or_default();
            let text = |span: Option<&OpenHours>, read: fn(&OpenHours) -> &String, otherwise: &str| {
                RwSignal::new(span.map_or_else(|| otherwise.to_owned(), |span| read(span).clone()))
            };
            Day {
                is_open: RwSignal::new(!spans.is_empty()),
                from: text(spans.first(), |span| &span.from, "09:00"),
                to: text(spans.first(), |span| &span.to, "18:00"),
                has_break: RwSignal::new(spans.len() > 1),
                again_from: text(spans.get(1), |span| &span.from, "13:30"),
                again_to: text(spans.get(1), |span| &span.to, "18:00"),
            }
        })
        .collect()
}

fn working_week() -> Calendar {
    let open = vec![OpenHours { from: "09:00".into(), to: "18:00".into() }];
    Calendar {
        key: CalendarKey::default(),
        name: Texts::default(),
        time_zone: "Asia/Shanghai".into(),
        week: (0..WEEKDAYS.len()).map(|idx| if idx < 5 { open.clone() } else { Vec::new() }).collect(),
        holidays: Vec::new(),
    }
}

/// An input of the browser writes midnight as `00:00`; at the end of a span it is the end of the day.
fn closing(time: &str) -> String {
    if time == "00:00" { "24:00".to_owned() } else { time.to_owned() }
}

fn summary(calendar: &Calendar) -> String {
    let days: Vec<String> = calendar
        .week
        .iter()
        .take(WEEKDAYS.len())
        .enumerate()
        .filter(|(_, spans)| !spans.is_empty())
        .map(|(idx, _)| tr(WEEKDAYS[idx].0, WEEKDAYS[idx].1).to_owned())
        .collect();
    let hours =
        calendar.week.iter().flatten().next().map(|span| format!(" {}–{}", span.from, span.to)).unwrap_or_default();
    let days = match (days.first(), days.last(), days.len()) {
        (Some(first), Some(last), n) if n > 2 => format!("{first}–{last}"),
        _ => days.join(" "),
    };
    if days.is_empty() { tr("一直休息", "Always closed").to_owned() } else { format!("{days}{hours}") }
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else { return false };
    let number = |part: &str, digits: usize, most: u32| {
        part.len() == digits && part.parse::<u32>().is_ok_and(|n| (1..=most).contains(&n))
    };
    number(year, 4, 9999) && number(month, 2, 12) && number(day, 2, 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_day_is_an_iso_date() {
        assert!(is_date("2027-02-06"));
        assert!(!is_date("2027-2-6"));
        assert!(!is_date("2027-13-01"));
        assert!(!is_date("春节"));
    }

    #[test]
    fn midnight_closes_the_day() {
        assert_eq!(closing("00:00"), "24:00");
        assert_eq!(closing("18:30"), "18:30");
    }
}
