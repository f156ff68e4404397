using System.Linq;
using EdgeMesh.Contracts;

namespace EdgeMesh.Hub.Codegen.Sentences;

// What is read and published.
internal sealed partial class ClauseReader
{
    private void Reading(Clause clause, bool withPeriod)
    {
        _verb = "read";
        Entity[] sensors = [.. clause.Sensors];
        if (clause.Has("publish"))
        {
            _publishing = true;
        }

        string[] quantities = [.. clause.Parts.Where(p => p.Item.Is("quantity") && p.Item.Id is not ("reading" or "motion")).Select(p => p.Item.Id)];
        if (sensors.Length == 0 && quantities.Length > 0)
        {
            Entity? giver = _lastSensor?.Quantities.Contains(quantities[0]) == true ? _lastSensor : entities.Entities.FirstOrDefault(e => e.Sensor && e.Quantities.Contains(quantities[0]));
            sensors = giver is null ? [] : [giver];
            if (giver is null)
            {
                NoSensor(quantities[0]);
            }
        }
        else if (sensors.Length == 0)
        {
            sensors = _lastSensor is not null ? [_lastSensor] : [.. entities.Entities.Where(e => e.Sensor).Take(2)];
            sensors = sensors.Length == 2 ? [] : sensors;
            if (sensors.Length == 0 && !entities.Entities.Any(e => e.Sensor))
            {
                Unnamed(clause);
            }
        }

        foreach (Entity sensor in sensors)
        {
            sensor.Read = true;
            sensor.Count |= clause.Has("count") && sensor.Kind is "button" or "contact" or "pir" or "counter";
            Publish(sensor, clause, quantities);
            _lastSensor = sensor;
            _unperiodic.Add(sensor);
            if (sensors.Length > 0 && withPeriod && (clause.First("period") is { } period ? period.Value : _waitingPeriodS) is { } seconds)
            {
                if (clause.First("period") is { Id: "no_unit" } open)
                {
                    missing.Add(new MissingPart("unit", $"“{open.Text}” what: seconds, minutes or hours?"));
                }
                else
                {
                    SetPeriod(sensor, seconds);
                }
            }

            if (!sensor.PeriodSaid && withPeriod && !clause.HasAction && clause.First("period") is null && clause.Parts.FindAll(p => p.Item.IsAmount) is [{ Item: { IsTime: true, Id: "" } bare }])
            {
                SetPeriod(sensor, bare.Value);
            }

            sensor.Conditions.AddRange(clause.HasAction ? [] : Conditions(clause).Concat(_waitingConditions));
        }

        if (sensors.Length > 0)
        {
            _waitingPeriodS = null;
            _waitingConditions.Clear();
        }
        else if (clause.First("period") is { } early)
        {
            _waitingPeriodS = early.Value;
        }

        Limits(clause, sensors);
        ByEvent(clause, sensors);
    }

    // "tell me when the tank is below 20 %": readings are published at a period, not by their value.
    private void Limits(Clause clause, Entity[] sensors)
    {
        if (clause.HasAction || !clause.Parts.Any(p => p.Item.Class is "threshold" or "band"))
        {
            return;
        }

        if (clause.Has("publish"))
        {
            refused.Add(new RefusedPart(ErrorCodes.RequestUnsupported, $"Readings are published at a period, not only “{clause.Text}”: let the device publish always and a rule of the hub decide, or name an output to switch."));
        }
        else
        {
            _waiting.AddRange(Triggers(clause).Select(t => { t.Sensor ??= sensors.FirstOrDefault(); return t; }));
        }
    }

    private void Publish(Entity sensor, Clause clause, string[] quantities)
    {
        if (!clause.Has("publish") && !(_publishing && clause.Joint is "and" or "comma") && quantities.Length == 0)
        {
            return;
        }

        foreach (string quantity in quantities.Where(q => !sensor.Publishes.Contains(q)))
        {
            bool given = sensor.Quantities.Length == 0 || sensor.IsGeneric || sensor.Quantities.Contains(quantity);
            Entity? other = given ? sensor : entities.Entities.FirstOrDefault(e => e.Sensor && e.Quantities.Contains(quantity));
            if (other is not null)
            {
                other.Read = true;
                if (!other.Publishes.Contains(quantity))
                {
                    other.Publishes.Add(quantity);
                }
            }
            else if (quantity is "moisture" or "light" or "level" && sensor.Kind is "analog")
            {
                sensor.Publishes.Add("voltage");
            }
            else
            {
                refused.Add(new RefusedPart(ErrorCodes.RequestUnsupported, $"The {Wording.Name(sensor.Kind)} gives no {quantity}; it gives {string.Join(", ", sensor.Quantities)}."));
            }
        }
    }

    private void NoSensor(string quantity)
    {
        string pins = entities.Orphans.Count > 0 ? $" on {entities.Orphans[0].Text}" : "";
        missing.Add(new MissingPart("sensor", $"Which sensor gives the {quantity}{pins}? For example DHT22, DS18B20 or BME280, and on which pin?"));
        entities.Orphans.Clear();
    }

    private void Unnamed(Clause clause)
    {
        string[] words = [.. clause.Parts.Where(p => p.Item.Is("unknown")).Select(p => p.Item.Text)];
        missing.Add(new MissingPart("sensor", words.Length > 0
            ? $"I know no sensor by “{string.Join(' ', words)}”. Which sensor is it, and on which pin?"
            : $"Which sensor is to be read{(entities.Orphans.Count > 0 ? " on " + entities.Orphans[0].Text : "")}?"));
        entities.Orphans.Clear();
    }
}
