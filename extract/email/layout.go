package email

import (
	"context"

	"waymark/extract"
	"waymark/extract/tabular"
	"waymark/schemas"
)

// The systems, as configurations and rows name them.
const (
	HubSpot = "hubspot"
	Generic = "email"
)

// The slots of an event, in the order of names.
const (
	eventID = iota
	occurredAt
	kind
	email
	customerID
	contactID
	url
	filtered
	status
	subscriptions
	subject
)

func layout() tabular.Layout {
	return tabular.Layout{
		Of: "an e-mail event", Table: schemas.JourneyEvent,
		Names: []string{"event_id", "occurred_at", "type", "email", "customer_id", "contact_id", "url", "is_filtered", "subscription_status", "subscriptions", "subject"},
		Columns: map[string]int{
			"campaign": schemas.EvCampaign, "source": schemas.EvSource, "medium": schemas.EvMedium, "content": schemas.EvContent, "device_category": schemas.EvDeviceCategory,
			"country": schemas.EvCountry, "city": schemas.EvCity, "language": schemas.EvLanguage,
		},
		Kept:   []string{"segment"},
		Unread: []int{subject},
		Raw:    []int{subscriptions},
		Barred: []int{schemas.EvOccurredAt, schemas.EvEmailID, schemas.EvUserID, schemas.EvContactID, schemas.EvPageHost, schemas.EvPagePath},
		Need:   []int{occurredAt, kind},
	}
}

func generic() *tabular.Layout {
	l := layout()
	return &l
}

func hubspot() *tabular.Layout {
	l := layout()
	l.Wrapper = []string{"events"}
	l.Preset = map[string]string{
		"id": "event_id", "created": "occurred_at", "recipient": "email", "emailCampaignId": "campaign", "filteredEvent": "is_filtered",
		"portalSubscriptionStatus": "subscription_status", "deviceType": "device_category", "location.country": "country", "location.city": "city",
	}
	l.Ignored = []string{"appId", "appName", "portalId", "hmid", "smtpId", "sentBy", "causedBy", "obsoletedBy"}
	return &l
}

// Exports returns hubspot/email_events and email/events.
func Exports() []extract.Export {
	return []extract.Export{export(HubSpot, "email_events", hubspot()), export(Generic, "events", generic())}
}

func export(system, name string, l *tabular.Layout) extract.Export {
	return extract.Export{
		System: system, Name: name, Tables: []*schemas.Table{schemas.JourneyEvent},
		Open: func(ctx context.Context, in extract.Input, opt extract.Options) (extract.Stream, error) {
			s, err := tabular.Open(ctx, in, opt, l)
			if err != nil {
				return nil, err
			}
			return stream{s}, nil
		},
	}
}

type stream struct{ *tabular.Stream }

func (s stream) NewDecoder() extract.Decoder {
	d := &decoder{Reader: s.NewReader()}
	d.each = d.event
	return d
}
