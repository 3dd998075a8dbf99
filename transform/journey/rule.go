package journey

// Rule gives attributes to the events that meet every condition.
type Rule struct {
	When       Condition `yaml:"when" json:"when"`
	Stage      string    `yaml:"stage,omitempty" json:"stage,omitempty"`           // one of schemas.Stages; "" leaves it to later rules
	Touchpoint string    `yaml:"touchpoint,omitempty" json:"touchpoint,omitempty"` // free, lower_case
	Channel    string    `yaml:"channel,omitempty" json:"channel,omitempty"`       // replaces the source's own; "" leaves it to later rules
}

// Condition maps a field of the event (one of Keys) to patterns; all fields must match. The empty Condition always does.
type Condition map[string]Patterns

// Patterns is one pattern or a list of alternatives.
type Patterns []string

// UnmarshalYAML accepts a string or a list of strings.
func (p *Patterns) UnmarshalYAML(unmarshal func(any) error) error {
	var one string
	if err := unmarshal(&one); err == nil {
		*p = Patterns{one}
		return nil
	}
	var many []string
	if err := unmarshal(&many); err != nil {
		return err
	}
	*p = many
	return nil
}

// The fields a condition can name, by position.
const (
	keySystem = iota
	keyExport
	keyEventType
	keySourceEvent
	keyPagePath
	keyPageHost
	keyMedium
	keySource
	keyChannel
	keyStateTo
	numKeys
)

var keyNames = [numKeys]string{"system", "export", "event_type", "source_event", "page_path", "page_host", "medium",
	"source", "channel", "state_to"}

func keyOf(name string) int {
	for i, k := range keyNames {
		if k == name {
			return i
		}
	}
	return -1
}
