-- How much a stock agent holds and how long it lasts, as it says itself: labbro.numbers.model.StockTold.

ALTER TABLE numbers.agent ADD COLUMN stock json;
