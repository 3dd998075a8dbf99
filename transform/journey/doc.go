// Package journey places events on the customer journey: which stage, which touchpoint, which channel.
//
// Rules are an ordered list. Each names conditions on an event and gives any of stage, touchpoint and channel; of the
// rules that match an event, the first one that gives an attribute decides that attribute.
//
//	rules:
//	  - when: { event_type: page_viewed, page_path: [/help/**, /faq/**] }
//	    stage: service
//	    touchpoint: help_page
//
// Conditions are patterns, one or a list of which one must match, without regard to case: * stands for anything (in
// page_path: anything but /), ** for anything, ? for one character, [a-z] for one of a set, {a,b} for either. A path
// pattern that ends in /** matches the path above as well. The empty pattern matches an absent value.
//
// The package promises that a result depends on the event and the rules alone, and that asking again for a combination
// seen before costs one hash lookup and no allocation.
package journey
