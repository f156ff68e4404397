-- What models were asked in a day and what it cost. A call's worst case is entered before it is made, and corrected after it.
CREATE TABLE model_spending (
    day           TEXT NOT NULL,    -- UTC, as 2026-01-31
    endpoint      TEXT NOT NULL,    -- local or cloud
    requests      INTEGER NOT NULL,
    tokens        INTEGER NOT NULL, -- told and answered
    cost_micro    INTEGER NOT NULL, -- millionths of the currency that the prices are in
    PRIMARY KEY (day, endpoint)
) STRICT;
