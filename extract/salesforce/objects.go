package salesforce

import "waymark/schemas"

// objects lists what the package reads. Account and Contact have no events of their own.
func objects() []*object {
	return []*object{
		account(), contact(), lead(), opportunity(), ticket(), campaign(), campaignMember(), task(),
		opportunityHistory(), opportunityFieldHistory(), caseHistory(),
	}
}

func account() *object {
	return &object{
		name: "Account", entity: schemas.AccountTable,
		bindings: []binding{
			{srcID, schemas.AcAccountID}, {srcParentID, schemas.AcParentAccountID}, {srcType, schemas.AcType}, {srcIndustry, schemas.AcIndustry},
			{srcBillingCountry, schemas.AcCountry}, {srcBillingCountryCode, schemas.AcCountry}, {srcShippingCountry, schemas.AcCountry},
			{srcBillingCity, schemas.AcCity}, {srcShippingCity, schemas.AcCity}, {srcOwnerID, schemas.AcOwnerID}, {srcAccountSource, schemas.AcSource},
			{srcAnnualRevenue, schemas.AcAnnualRevenue}, {srcCurrency, schemas.AcCurrency}, {srcNumberOfEmployees, schemas.AcEmployees},
			{srcCreatedDate, schemas.AcCreatedAt},
		},
		ignored: addresses("Billing", "Shipping") + ` Name MasterRecordId Phone Fax AccountNumber Website PhotoUrl Sic TickerSymbol Ownership Rating Site
			Description LastActivityDate LastModifiedById LastViewedDate LastReferencedDate IsPartner IsCustomerPortal Jigsaw JigsawCompanyId CleanStatus
			DunsNumber Tradestyle NaicsCode NaicsDesc YearStarted SicDesc DandbCompanyId OperatingHoursId RecordTypeId`,
	}
}

func contact() *object {
	return &object{
		name: "Contact", entity: schemas.Customer, kind: "contact",
		bindings: []binding{
			{srcID, schemas.CuContactID}, {srcAccountID, schemas.CuAccountID}, {srcEmail, schemas.CuEmailID},
			{srcMobilePhone, schemas.CuPhoneID}, {srcPhone, schemas.CuPhoneID}, {srcHomePhone, schemas.CuPhoneID},
			{srcMailingCountry, schemas.CuCountry}, {srcMailingCountryCode, schemas.CuCountry}, {srcOtherCountry, schemas.CuCountry},
			{srcMailingCity, schemas.CuCity}, {srcOtherCity, schemas.CuCity}, {srcLeadSource, schemas.CuLeadSource}, {srcCreatedDate, schemas.CuCreatedAt},
		},
		ignored: addresses("Mailing", "Other") + people + ` MasterRecordId OtherPhone AssistantPhone AssistantName ReportsToId Title Department Birthdate
			Description OwnerId CanAllowPortalSelfReg LastModifiedById LastActivityDate LastCURequestDate LastCUUpdateDate LastViewedDate LastReferencedDate
			EmailBouncedReason EmailBouncedDate IsEmailBounced PhotoUrl Jigsaw JigsawContactId IndividualId CleanStatus RecordTypeId Level__c Languages__c`,
	}
}

func lead() *object {
	return &object{
		name: "Lead", entity: schemas.Customer, kind: "lead",
		bindings: []binding{
			{srcID, schemas.CuContactID}, {srcConvertedAccountID, schemas.CuAccountID}, {srcEmail, schemas.CuEmailID},
			{srcMobilePhone, schemas.CuPhoneID}, {srcPhone, schemas.CuPhoneID}, {srcCountry, schemas.CuCountry}, {srcCountryCode, schemas.CuCountry},
			{srcCity, schemas.CuCity}, {srcLeadSource, schemas.CuLeadSource}, {srcStatus, schemas.CuStatus}, {srcIsConverted, schemas.CuIsConverted},
			{srcConvertedDate, schemas.CuConvertedAt}, {srcConvertedContactID, schemas.CuConvertedContactID},
			{srcConvertedOpportunityID, schemas.CuConvertedOpportunityID}, {srcCreatedDate, schemas.CuCreatedAt},
		},
		reads: []src{srcOwnerID}, required: []src{srcCreatedDate},
		ignored: addresses("") + people + ` MasterRecordId Title Company Website PhotoUrl Description Industry Rating AnnualRevenue NumberOfEmployees
			IsUnreadByOwner LastModifiedById LastActivityDate LastViewedDate LastReferencedDate Jigsaw JigsawContactId CleanStatus CompanyDunsNumber
			DandbCompanyId EmailBouncedReason EmailBouncedDate IndividualId RecordTypeId`,
		events: leadEvents, stands: leadCreated,
	}
}

func opportunity() *object {
	return &object{
		name: "Opportunity", version: 1, entity: schemas.Opportunity,
		bindings: []binding{
			{srcID, schemas.OpOpportunityID}, {srcAccountID, schemas.OpAccountID}, {srcContactID, schemas.OpContactID}, {srcOwnerID, schemas.OpOwnerID},
			{srcStageName, schemas.OpStage}, {srcType, schemas.OpType}, {srcLeadSource, schemas.OpSource},
			{srcForecastCategoryName, schemas.OpForecastCategory}, {srcForecastCategory, schemas.OpForecastCategory}, {srcCampaignID, schemas.OpCampaignID},
			{srcIsClosed, schemas.OpIsClosed}, {srcIsWon, schemas.OpIsWon}, {srcAmount, schemas.OpAmount}, {srcCurrency, schemas.OpCurrency},
			{srcCreatedDate, schemas.OpCreatedAt}, {srcCloseDate, schemas.OpCloseDate},
		},
		reads: []src{srcProbability}, required: []src{srcStageName, srcCloseDate},
		ignored: `Name Description NextStep ExpectedRevenue TotalOpportunityQuantity HasOpportunityLineItem Pricebook2Id LastModifiedById LastActivityDate
			FiscalQuarter FiscalYear Fiscal LastViewedDate LastReferencedDate HasOpenActivity HasOverdueTask IsPrivate PushCount LastStageChangeDate
			LastActivityInDays LastStageChangeInDays LastAmountChangedHistoryId LastCloseDateChangedHistoryId SyncedQuoteId ContractId RecordTypeId`,
		derive: deriveOpportunity, events: opportunityEvents, stands: opportunityCreated,
	}
}

func ticket() *object {
	return &object{
		name: "Case", entity: schemas.Ticket,
		bindings: []binding{
			{srcID, schemas.TiTicketID}, {srcContactID, schemas.TiContactID}, {srcContactEmail, schemas.TiEmailID}, {srcSuppliedEmail, schemas.TiEmailID},
			{srcContactMobile, schemas.TiPhoneID}, {srcContactPhone, schemas.TiPhoneID}, {srcSuppliedPhone, schemas.TiPhoneID},
			{srcAccountID, schemas.TiAccountID}, {srcStatus, schemas.TiStatus}, {srcPriority, schemas.TiPriority}, {srcType, schemas.TiType},
			{srcOrigin, schemas.TiChannel}, {srcReason, schemas.TiReason}, {srcIsClosed, schemas.TiIsClosed},
			{srcCreatedDate, schemas.TiCreatedAt}, {srcLastModifiedDate, schemas.TiUpdatedAt}, {srcClosedDate, schemas.TiClosedAt},
		},
		reads: []src{srcOwnerID}, required: []src{srcStatus, srcCreatedDate},
		ignored: `CaseNumber AssetId ProductId EntitlementId SourceId BusinessHoursId ParentId SuppliedName SuppliedCompany IsVisibleInSelfService Subject
			Description IsEscalated HasCommentsUnreadByOwner HasSelfServiceComments IsClosedOnCreate IsSelfServiceClosed SlaStartDate SlaExitDate IsStopped
			StopStartDate LastModifiedById ContactFax Comments LastViewedDate LastReferencedDate MilestoneStatus MasterRecordId Language RecordTypeId
			ServiceContractId CommunityId FeedItemId QuestionId EventsProcessedDate IsMerged`,
		derive: deriveTicket, events: ticketEvents, stands: ticketCreated,
	}
}

func campaign() *object {
	return &object{
		name: "Campaign", entity: schemas.Campaign,
		bindings: []binding{
			{srcID, schemas.CaCampaignID}, {srcParentID, schemas.CaParentCampaignID}, {srcName, schemas.CaName}, {srcType, schemas.CaType},
			{srcStatus, schemas.CaStatus}, {srcOwnerID, schemas.CaOwnerID}, {srcStartDate, schemas.CaStartDate}, {srcEndDate, schemas.CaEndDate},
			{srcBudgetedCost, schemas.CaBudgetedCost}, {srcActualCost, schemas.CaActualCost}, {srcExpectedRevenue, schemas.CaExpectedRevenue},
			{srcCurrency, schemas.CaCurrency}, {srcIsActive, schemas.CaIsActive}, {srcCreatedDate, schemas.CaCreatedAt},
		},
		ignored: `ExpectedResponse NumberSent Description NumberOfLeads NumberOfConvertedLeads NumberOfContacts NumberOfResponses NumberOfOpportunities
			NumberOfWonOpportunities AmountAllOpportunities AmountWonOpportunities LastModifiedById LastActivityDate LastViewedDate LastReferencedDate
			CampaignMemberRecordTypeId RecordTypeId CampaignImageId`,
	}
}

func campaignMember() *object {
	return &object{
		name:     "CampaignMember",
		reads:    []src{srcCampaignID, srcLeadID, srcContactID, srcLeadOrContactID, srcStatus, srcHasResponded, srcFirstRespondedDate, srcEmail, srcMobilePhone, srcPhone, srcCountry, srcCountryCode, srcCity, srcLeadSource},
		required: []src{srcCampaignID, srcHasResponded},
		ignored: addresses("") + people + ` Title Description CompanyOrAccount Type LeadOrContactOwnerId AccountId LastModifiedById
			RecordTypeId CampaignMemberStatusId`,
		events: campaignMemberEvents, stands: campaignMemberResponded,
	}
}

func task() *object {
	return &object{
		name:     "Task",
		version:  1,
		reads:    []src{srcWhoID, srcWhatID, srcAccountID, srcOwnerID, srcActivityDate, srcCompleted, srcStatus, srcIsClosed, srcIsRecurrence, srcTaskSubtype, srcCallType, srcType, srcCallDuration},
		required: []src{srcStatus, srcCreatedDate},
		ignored: `Subject Priority IsHighPriority Description LastModifiedById IsArchived CallDisposition CallObject ReminderDateTime IsReminderSet
			RecurrenceActivityId RecurrenceStartDateOnly RecurrenceEndDateOnly RecurrenceTimeZoneSidKey RecurrenceType RecurrenceInterval
			RecurrenceDayOfWeekMask RecurrenceDayOfMonth RecurrenceInstance RecurrenceMonthOfYear RecurrenceRegeneratedType WhoCount WhatCount
			IsVisibleInSelfService RecordTypeId`,
		events: taskEvents, stands: callAnswered,
	}
}

func opportunityHistory() *object {
	return &object{
		name: "OpportunityHistory", history: true,
		reads: []src{srcOpportunityID, srcStageName, srcAmount}, required: []src{srcOpportunityID, srcStageName, srcCreatedDate},
		ignored: `Probability ExpectedRevenue CloseDate ForecastCategory PrevAmount PrevCloseDate PrevForecastUpdate ValidThroughDate`,
		events:  opportunityHistoryEvents,
	}
}

func opportunityFieldHistory() *object {
	return &object{
		name: "OpportunityFieldHistory", history: true,
		reads:    []src{srcOpportunityID, srcField, srcOldValue, srcNewValue},
		required: []src{srcOpportunityID, srcField, srcOldValue, srcNewValue, srcCreatedDate},
		ignored:  `DataType`,
		events:   opportunityFieldHistoryEvents,
	}
}

func caseHistory() *object {
	return &object{
		name: "CaseHistory", history: true,
		reads:    []src{srcCaseID, srcField, srcOldValue, srcNewValue},
		required: []src{srcCaseID, srcField, srcOldValue, srcNewValue, srcCreatedDate},
		ignored:  `DataType`,
		events:   caseHistoryEvents,
	}
}

// people are the columns of a person that are never read.
const people = ` LastName FirstName MiddleName Suffix Salutation Name Fax DoNotCall HasOptedOutOfEmail HasOptedOutOfFax GenderIdentity Pronouns `

// addresses are the parts of postal addresses that are never read or only partly.
func addresses(prefixes ...string) string {
	list := ""
	for _, p := range prefixes {
		for _, part := range [...]string{"Street", "City", "State", "StateCode", "PostalCode", "Country", "CountryCode", "Latitude", "Longitude", "GeocodeAccuracy", "Address"} {
			list += " " + p + part
		}
	}
	return list
}
