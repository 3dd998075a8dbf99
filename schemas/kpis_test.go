package schemas

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"waymark/internal/fault"
)

var update = flag.Bool("update", false, "rewrite generated files")

func TestKPIs(t *testing.T) {
	kpis, err := KPIs()
	if err != nil {
		t.Fatal(err)
	}
	if len(kpis) < 30 {
		t.Errorf("only %d KPIs", len(kpis))
	}
	for _, k := range kpis {
		if strings.ContainsAny(k.Name.PL, "абвгд") || !strings.ContainsAny(strings.ToLower(k.Name.RU), "аеиоу") {
			t.Errorf("%s: name in the wrong language", k.ID)
		}
	}
}

func TestParseKPIsRefuses(t *testing.T) {
	good := "kpis:\n  - {id: a, name: {en: e, pl: p, ru: r}, question: q, formula: f, unit: count, direction: up, indicator: leading, numerator: n, " +
		"denominator: '', dimensions: [all], date_rule: d, aggregation: sum, caveats: c, source: s}\n"
	if _, err := ParseKPIs("k.yaml", []byte(good)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ from, to, want string }{
		{"unit: count", "unit: kilo", "unit is none of"},
		{"unit: count", "unti: count", "unti"},
		{"direction: up", "direction: sideways", "direction is none of"},
		{"dimensions: [all]", "dimensions: [channel]", "begin with all"},
		{"dimensions: [all]", "dimensions: [all, chanel]", `"chanel" is none of`},
		{"denominator: ''", "denominator: x", "a ratio has a denominator"},
		{"en: e,", "en: a;b,", "contains | or ;"},
		{"pl: p,", "", "name.pl is missing"},
		{"  - {id: a", good[6:] + "  - {id: a", "is there twice"},
		{good, "kpis: []", "empty"},
		{good, "kpis: [", "k.yaml"},
	} {
		_, err := ParseKPIs("k.yaml", []byte(strings.Replace(good, c.from, c.to, 1)))
		if err == nil || !strings.Contains(err.Error(), c.want) || !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: got %v, want %q of kind Invalid", c.to, err, c.want)
		}
	}
}

func FuzzParseKPIs(f *testing.F) {
	f.Add([]byte("kpis:\n  - id: a\n"))
	f.Add([]byte("kpis: [{id: 1, dimensions: [all, x]}]"))
	f.Fuzz(func(_ *testing.T, text []byte) { _, _ = ParseKPIs("k.yaml", text) })
}

// TestDocs holds docs/kpis*.md to the catalogue; -update rewrites them.
func TestDocs(t *testing.T) {
	kpis, err := KPIs()
	if err != nil {
		t.Fatal(err)
	}
	texts, err := ReadKPITexts()
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range KPILanguages {
		name := "kpis." + language + ".md"
		if language == "en" {
			name = "kpis.md"
		}
		golden(t, filepath.Join("..", "docs", name), kpiDocs(t, kpis, texts, language))
	}
}

// TestTargetsSchema holds configs/targets.schema.json to the catalogue; -update rewrites it.
func TestTargetsSchema(t *testing.T) {
	kpis, err := KPIs()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, filepath.Join("..", "configs", "targets.schema.json"), string(TargetsSchema(kpis)))
}

// TestTextsAreNeeded finds translations of what the catalogue no longer says.
func TestTextsAreNeeded(t *testing.T) {
	kpis, err := KPIs()
	texts, err2 := ReadKPITexts()
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	said := map[string]bool{}
	for _, k := range kpis {
		for _, text := range []string{k.Question, k.Formula, k.Numerator, k.Denominator, k.DateRule, k.Caveats} {
			said[text] = true
			for _, s := range Sentences(text) {
				said[s] = true
			}
		}
	}
	for phrase, in := range texts.phrases {
		if !said[phrase] {
			t.Errorf("nobody says %q", phrase)
		}
		if strings.ContainsAny(in.PL, "абвгдежзиклмноп") {
			t.Errorf("%q is not Polish", in.PL)
		}
	}
}

// golden holds a generated file to its text; -update rewrites it.
func golden(t *testing.T, file, want string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil || string(got) != want {
		t.Errorf("%s is not what the catalogue gives (%v); run: make generate", file, err)
	}
}

// labels are the words of the documentation itself.
var labels = map[string]map[string]string{
	"en": {
		"head": "# KPIs\n\nGenerated from `schemas/kpis.yaml` by `make generate` ([po polsku](kpis.pl.md), [по-русски](kpis.ru.md)). `cx_bi.kpi_daily` and `cx_bi.kpi_period` hold the values, " +
			"`cx_bi.kpi_definition` this list. Intervals are of 95 %; those of shares are Wilson's unless stated otherwise.\n",
		"formula": "Formula", "unit": "Unit", "good": "good is", "indicator": "indicator", "parts": "Parts", "counts": "Counts on", "periods": "Over periods",
		"dimensions": "Dimensions", "mind": "Mind", "source": "Source",
	},
	"pl": {
		"head": "# Wskaźniki KPI\n\nDokument wygenerowany z `schemas/kpis.yaml` poleceniem `make generate` ([in English](kpis.md), [по-русски](kpis.ru.md)). Wartości znajdują się w `cx_bi.kpi_daily` " +
			"i `cx_bi.kpi_period`, ta lista w `cx_bi.kpi_definition`. Przedziały ufności są 95-procentowe; dla udziałów, o ile nie podano inaczej, są to przedziały Wilsona.\n",
		"formula": "Wzór", "unit": "Jednostka", "good": "pożądany kierunek:", "indicator": "wskaźnik", "parts": "Licznik / mianownik", "counts": "Przypisanie do dnia",
		"periods": "Agregacja w okresach", "dimensions": "Wymiary", "mind": "Uwagi", "source": "Źródło definicji",
		"share": "udział (0–1)", "ratio": "iloraz", "growth": "zmiana (0,1 to o 10 % więcej)", "points": "punkty", "count": "liczba", "money": "kwota w walucie raportowej", "minutes": "minuty", "days": "dni", "score": "ocena",
		"up": "wzrost", "down": "spadek", "leading": "wyprzedzający", "lagging": "opóźniony",
		"agg ratio": "licznik / mianownik, sumowane", "agg sum": "suma", "agg distinct": "różne osoby, tylko kpi_period", "agg percentile": "percentyl, tylko kpi_period", "agg stock": "stan z ostatniego dnia okresu",
		"agg period": "stan początkowy i zmiany w okresie, tylko kpi_period", "Common definition": "definicja powszechnie stosowana", "Definition of Waymark": "definicja własna Waymark",
	},
	"ru": {
		"head": "# Показатели KPI\n\nДокумент создан из `schemas/kpis.yaml` командой `make generate` ([in English](kpis.md), [po polsku](kpis.pl.md)). Значения хранятся в `cx_bi.kpi_daily` " +
			"и `cx_bi.kpi_period`, этот список — в `cx_bi.kpi_definition`. Доверительные интервалы 95-процентные; для долей, если не указано иное, это интервалы Вильсона.\n",
		"formula": "Формула", "unit": "Единица", "good": "желательное направление:", "indicator": "показатель", "parts": "Числитель / знаменатель", "counts": "К какому дню относится",
		"periods": "Агрегация по периодам", "dimensions": "Измерения", "mind": "Примечания", "source": "Источник определения",
		"share": "доля (0–1)", "ratio": "отношение", "growth": "изменение (0,1 — на 10 % больше)", "points": "пункты", "count": "количество", "money": "сумма в валюте отчётности", "minutes": "минуты", "days": "дни", "score": "оценка",
		"up": "рост", "down": "снижение", "leading": "опережающий", "lagging": "запаздывающий",
		"agg ratio": "числитель / знаменатель, с суммированием", "agg sum": "сумма", "agg distinct": "разные лица, только kpi_period", "agg percentile": "процентиль, только kpi_period", "agg stock": "состояние на последний день периода",
		"agg period": "начальное состояние и изменения за период, только kpi_period", "Common definition": "общепринятое определение", "Definition of Waymark": "собственное определение Waymark",
	},
}

func kpiDocs(t *testing.T, kpis []KPI, texts *KPITexts, language string) string {
	t.Helper()
	in := func(text string) string {
		if language == "en" {
			return text
		}
		out, err := texts.In(language, text)
		if err != nil {
			t.Error(err)
		}
		return out
	}
	word := func(key string) string {
		if w, ok := labels[language][key]; ok {
			return w
		}
		return strings.TrimPrefix(key, "agg ")
	}
	var b strings.Builder
	b.WriteString(word("head"))
	for _, k := range kpis {
		names := []string{k.Name.In(language)}
		for _, other := range KPILanguages {
			if other != language {
				names = append(names, k.Name.In(other))
			}
		}
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n%s\n\n", k.ID, strings.Join(names, " · "), in(k.Question))
		kind := word(k.Indicator) + " " + word("indicator")
		if language == "pl" {
			kind = word("indicator") + " " + word(k.Indicator)
		}
		fmt.Fprintf(&b, "- %s: %s\n- %s: %s; %s %s; %s\n", word("formula"), in(k.Formula), word("unit"), word(k.Unit), word("good"), word(k.Direction), kind)
		if k.Denominator != "" {
			fmt.Fprintf(&b, "- %s: %s / %s\n", word("parts"), in(k.Numerator), in(k.Denominator))
		}
		source := k.Source
		if head, _, _ := strings.Cut(source, ":"); language != "en" && labels[language][head] != "" {
			source = word(head)
		}
		fmt.Fprintf(&b, "- %s: %s\n- %s: %s\n- %s: %s\n- %s: %s\n- %s: %s\n", word("counts"), in(k.DateRule), word("periods"), word("agg "+k.Aggregation),
			word("dimensions"), strings.Join(k.Dimensions, ", "), word("mind"), in(k.Caveats), word("source"), source)
	}
	return b.String()
}
