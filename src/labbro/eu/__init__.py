"""The European laboratory document: FHIR R4, HL7 Europe Laboratory Report 2.0.0, with HL7 Denmark's core profiles."""
