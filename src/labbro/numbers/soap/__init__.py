"""The SOAP door of the number service: SOAP 1.1 with the header of Den Gode Webservice (DGWS)."""
