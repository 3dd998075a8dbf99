package salesforce

// src is a column of a Salesforce export that some object reads.
type src uint8

const (
	srcID src = iota
	srcIsDeleted
	srcSystemModstamp
	srcLastModifiedDate
	srcCreatedDate
	srcCreatedByID
	srcCurrency
	srcAccountID
	srcAccountSource
	srcActivityDate
	srcActualCost
	srcAmount
	srcAnnualRevenue
	srcBillingCity
	srcBillingCountry
	srcBillingCountryCode
	srcBudgetedCost
	srcCallDuration
	srcCallType
	srcCampaignID
	srcCaseID
	srcCity
	srcCloseDate
	srcClosedDate
	srcCompleted
	srcContactEmail
	srcContactID
	srcContactMobile
	srcContactPhone
	srcConvertedAccountID
	srcConvertedContactID
	srcConvertedDate
	srcConvertedOpportunityID
	srcCountry
	srcCountryCode
	srcEmail
	srcEndDate
	srcExpectedRevenue
	srcField
	srcFirstRespondedDate
	srcForecastCategory
	srcForecastCategoryName
	srcHasResponded
	srcHomePhone
	srcIndustry
	srcIsActive
	srcIsClosed
	srcIsConverted
	srcIsRecurrence
	srcIsWon
	srcLeadID
	srcLeadOrContactID
	srcLeadSource
	srcMailingCity
	srcMailingCountry
	srcMailingCountryCode
	srcMobilePhone
	srcName
	srcNewValue
	srcNumberOfEmployees
	srcOldValue
	srcOpportunityID
	srcOrigin
	srcOtherCity
	srcOtherCountry
	srcOwnerID
	srcParentID
	srcPhone
	srcPriority
	srcProbability
	srcReason
	srcShippingCity
	srcShippingCountry
	srcStageName
	srcStartDate
	srcStatus
	srcSuppliedEmail
	srcSuppliedPhone
	srcTaskSubtype
	srcType
	srcWhatID
	srcWhoID
	srcCount
)

var srcNames = [srcCount]string{
	"Id", "IsDeleted", "SystemModstamp", "LastModifiedDate", "CreatedDate", "CreatedById", "CurrencyIsoCode", "AccountId", "AccountSource",
	"ActivityDate", "ActualCost", "Amount", "AnnualRevenue", "BillingCity", "BillingCountry", "BillingCountryCode", "BudgetedCost",
	"CallDurationInSeconds", "CallType", "CampaignId", "CaseId", "City", "CloseDate", "ClosedDate", "CompletedDateTime", "ContactEmail",
	"ContactId", "ContactMobile", "ContactPhone", "ConvertedAccountId", "ConvertedContactId", "ConvertedDate", "ConvertedOpportunityId",
	"Country", "CountryCode", "Email", "EndDate", "ExpectedRevenue", "Field", "FirstRespondedDate", "ForecastCategory", "ForecastCategoryName",
	"HasResponded", "HomePhone", "Industry", "IsActive", "IsClosed", "IsConverted", "IsRecurrence", "IsWon", "LeadId", "LeadOrContactId",
	"LeadSource", "MailingCity", "MailingCountry", "MailingCountryCode", "MobilePhone", "Name", "NewValue", "NumberOfEmployees", "OldValue",
	"OpportunityId", "Origin", "OtherCity", "OtherCountry", "OwnerId", "ParentId", "Phone", "Priority", "Probability", "Reason",
	"ShippingCity", "ShippingCountry", "StageName", "StartDate", "Status", "SuppliedEmail", "SuppliedPhone", "TaskSubtype", "Type", "WhatId", "WhoId",
}

// every object reads these.
var common = [...]src{srcID, srcIsDeleted, srcSystemModstamp, srcLastModifiedDate, srcCreatedDate, srcCreatedByID, srcCurrency}
