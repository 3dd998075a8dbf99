-- comment: One row per day from the first to the last day of the data.
-- grain: date
-- column: date Date "The day."
-- column: year UInt16 "Calendar year."
-- column: quarter UInt8 "Quarter, 1 to 4."
-- column: month UInt8 "Month, 1 to 12."
-- column: day_of_month UInt8 "Day of the month."
-- column: day_of_week UInt8 "Day of the week, 1 is Monday."
-- column: iso_year UInt16 "Year the ISO week belongs to."
-- column: iso_week UInt8 "ISO week, 1 to 53."
-- column: week_start Date "Monday of the week."
-- column: month_start Date "First day of the month."
-- column: quarter_start Date "First day of the quarter."
-- column: year_start Date "First day of the year."
-- column: week_label String "ISO week, e.g. 2025-W14."
-- column: month_label String "Month, e.g. 2025-04."
-- column: quarter_label String "Quarter, e.g. 2025-Q2."
-- column: is_weekend Bool "Saturday or Sunday."
-- column: weekday_en LowCardinality(String) "Name of the weekday in English."
-- column: weekday_pl LowCardinality(String) "Name of the weekday in Polish."
-- column: weekday_ru LowCardinality(String) "Name of the weekday in Russian."
-- column: month_en LowCardinality(String) "Name of the month in English."
-- column: month_pl LowCardinality(String) "Name of the month in Polish."
-- column: month_ru LowCardinality(String) "Name of the month in Russian."
WITH
    span AS (
        SELECT min(lo) AS first_day, max(hi) AS last_day, sum(days) AS days
        FROM (
            SELECT min(event_date) AS lo, max(event_date) AS hi, count() AS days FROM waymark_mart.fct_journey_event HAVING days > 0
            UNION ALL
            SELECT assumeNotNull(min(close_date)), assumeNotNull(max(close_date)), count(close_date) AS days FROM waymark_mart.fct_opportunity HAVING days > 0
            UNION ALL
            SELECT min(created_date), max(created_date), count() AS days FROM waymark_mart.fct_ticket HAVING days > 0
        )
        HAVING days > 0
    ),
    day AS (
        SELECT first_day + arrayJoin(range(toUInt32(dateDiff('day', first_day, last_day)) + 1)) AS date
        FROM span
    )
SELECT
    date,
    toYear(date) AS year,
    toQuarter(date) AS quarter,
    toMonth(date) AS month,
    toDayOfMonth(date) AS day_of_month,
    toDayOfWeek(date) AS day_of_week,
    toISOYear(date) AS iso_year,
    toISOWeek(date) AS iso_week,
    toMonday(date) AS week_start,
    toStartOfMonth(date) AS month_start,
    toStartOfQuarter(date) AS quarter_start,
    toStartOfYear(date) AS year_start,
    concat(toString(iso_year), '-W', leftPad(toString(iso_week), 2, '0')) AS week_label,
    concat(toString(year), '-', leftPad(toString(month), 2, '0')) AS month_label,
    concat(toString(year), '-Q', toString(quarter)) AS quarter_label,
    day_of_week >= 6 AS is_weekend,
    ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'][day_of_week] AS weekday_en,
    ['poniedziałek', 'wtorek', 'środa', 'czwartek', 'piątek', 'sobota', 'niedziela'][day_of_week] AS weekday_pl,
    ['понедельник', 'вторник', 'среда', 'четверг', 'пятница', 'суббота', 'воскресенье'][day_of_week] AS weekday_ru,
    ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'][month] AS month_en,
    ['styczeń', 'luty', 'marzec', 'kwiecień', 'maj', 'czerwiec', 'lipiec', 'sierpień', 'wrzesień', 'październik', 'listopad', 'grudzień'][month] AS month_pl,
    ['январь', 'февраль', 'март', 'апрель', 'май', 'июнь', 'июль', 'август', 'сентябрь', 'октябрь', 'ноябрь', 'декабрь'][month] AS month_ru
FROM day
