using System.Collections.Generic;
using System.Linq;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Codegen.Templates;

namespace EdgeMesh.Hub.Codegen.Sentences;

/// <summary>Reads a request in English into behaviours, without a model: the same request always gives the same reading.</summary>
/// <remarks>Words become items by the lexicon, items fold into quantities, pins and periods, clauses into statements, statements into behaviours.</remarks>
public static class SentenceReader
{
    /// <summary>The longest request, in characters.</summary>
    public const int LengthMax = 1000;

    /// <summary>The most behaviours in one program.</summary>
    public const int BehavioursMax = 6;

    private const double PeriodMaxS = 432000;

    /// <summary>What a request says. Total: any text gives a reading.</summary>
    /// <param name="request">The request.</param>
    /// <param name="board">Whose pins are meant.</param>
    public static Reading Read(string request, Board board)
    {
        if (request.Length > LengthMax)
        {
            return Refused(request[..LengthMax], board, ErrorCodes.RequestTooLong, $"The request has more than {LengthMax} characters. Say what the device should do in a few sentences.");
        }

        List<string> assumed = [];
        List<Item> items = ItemReader.Read(Lexer.Tokens(request), board, assumed);
        if (items.All(i => i.Class is "stop" or "comma"))
        {
            return Refused(request, board, ErrorCodes.RequestEmpty, "The request asks for nothing. For example: “read the DHT22 on pin 4 every 30 s and publish temperature and humidity”.");
        }

        if (items.FirstOrDefault(i => (i.IsAmount || i.Is("pinno")) && !double.IsFinite(i.Value)) is { } endless)
        {
            return Refused(request, board, ErrorCodes.RequestOutOfRange, $"“{endless.Text}” is no number that a device can use: say a smaller one.");
        }

        assumed.AddRange(items.Where(i => i.Is("topic")).Select(i => $"A device publishes under its own topic, by the readings' names: “{i.Text}” is not used."));
        items.RemoveAll(i => i.Is("topic"));
        RefusedPart[] beyond = [.. Beyond(items)];
        return beyond.Length > 0
            ? new Reading { Request = request, Board = board, Behaviours = [], Missing = [], Refused = beyond, Assumed = [] }
            : Read(request, board, Folding.Fold(Particles.Settle(items, assumed)), assumed);
    }

    private static Reading Read(string request, Board board, List<Item> items, List<string> assumed)
    {
        List<RefusedPart> refused = [.. Times(items)];
        if (refused.Count > 0)
        {
            // What lasts no time or for ever is not worth going on with.
            return new Reading { Request = request, Board = board, Behaviours = [], Missing = [], Refused = [.. refused.Distinct()], Assumed = [] };
        }

        IReadOnlyList<Item> said = items;
        List<MissingPart> missing = [.. items.Where(i => i is { Class: "period", Id: "no_unit" }).Select(i => new MissingPart("unit", $"“{i.Text}” what: seconds, minutes or hours?"))];
        DefaultPins(items, board, assumed);
        items = ImpliedSensors.Add(items);
        EntityTable entities = EntityTable.Of(items);
        ClauseReader clauses = new(entities, refused, missing, assumed);
        clauses.Read(Clause.Split(items, entities));
        List<Behaviour> behaviours = new BehaviourBuilder(entities, clauses, refused, missing, assumed).Build();
        missing.AddRange(entities.Orphans.Select(o => new MissingPart("device", $"What is on {o.Text}?")));
        refused.AddRange(PinCheck.Refusals(board, behaviours));
        refused.AddRange(PinCheck.Refusals(board, entities, behaviours));
        if (refused.Count == 0)
        {
            refused.AddRange(behaviours.SelectMany(b => Ranges(b, missing.Count == 0)));
        }

        if (behaviours.Count > BehavioursMax)
        {
            refused.Add(new RefusedPart(ErrorCodes.RequestTooLong, $"The request asks for {behaviours.Count} behaviours; one program takes {BehavioursMax}. Divide it between devices."));
        }

        if (behaviours.Count > 0 && refused.Count == 0 && missing.Count == 0)
        {
            missing.AddRange(Unheard.In(said, behaviours, clauses.Honoured, entities.Entities.SelectMany(e => e.Without).ToHashSet()));
        }
        else if (behaviours.Count == 0 && refused.Count == 0 && missing.Count == 0)
        {
            refused.Add(new RefusedPart(ErrorCodes.RequestNotUnderstood, "I find no device and nothing to do in the request. " + Can()));
        }

        assumed.AddRange(Nights(behaviours));
        assumed.AddRange(PinCheck.Notes(board, behaviours));
        return new Reading { Request = request, Board = board, Behaviours = behaviours, Missing = [.. missing.Distinct()], Refused = [.. refused.Distinct()], Assumed = [.. assumed.Distinct()] };
    }

    /// <summary>What there are templates for, in a sentence.</summary>
    internal static string Can() => "What it can: " + string.Join("; ", TemplateLibrary.Shipped.Templates.Select(t => t.Title)) + ".";

    private static Reading Refused(string request, Board board, string code, string reason) =>
        new() { Request = request, Board = board, Behaviours = [], Missing = [], Refused = [new RefusedPart(code, reason)], Assumed = [] };

    private static IEnumerable<RefusedPart> Beyond(List<Item> items)
    {
        foreach (IGrouping<string, Item> forbidden in items.Where(i => i.Is("forbidden")).GroupBy(i => i.Id))
        {
            yield return new RefusedPart(ErrorCodes.RequestForbidden, $"“{forbidden.First().Text}”: no program may {forbidden.Key}. " + Can());
        }

        foreach (IGrouping<string, Item> unsupported in items.Where(i => i.Is("unsupported")).GroupBy(i => i.Id))
        {
            yield return new RefusedPart(ErrorCodes.RequestUnsupported, $"“{unsupported.First().Text}”: there is no template for {unsupported.Key}. " + Can());
        }
    }

    // Times that cannot be, wherever they stand.
    private static IEnumerable<RefusedPart> Times(List<Item> items)
    {
        foreach (Item item in items)
        {
            bool time = item.Class is "period" or "duration" or "delay" && item.Id != "no_unit";
            if (time && (!double.IsFinite(item.Value) || item.Value < 0 || (item.Value == 0 && item.Class == "period")))
            {
                yield return new RefusedPart(ErrorCodes.RequestOutOfRange, $"“{item.Text}” is no time that passes: say one above 0 s.");
            }
            else if (time && item.Value > PeriodMaxS)
            {
                yield return new RefusedPart(ErrorCodes.RequestOutOfRange, $"“{item.Text}” is longer than five days, which a device's clock of ticks cannot tell. Let the hub do that.");
            }
            else if (item.Class is "window" or "at_time" or "until_time" or "clock" && (double.IsInfinity(item.Value) || double.IsInfinity(item.Value2)))
            {
                yield return new RefusedPart(ErrorCodes.RequestOutOfRange, $"“{item.Text}”: there is no such time of day.");
            }
            else if (item.Class is "window" && item.Value == item.Value2)
            {
                yield return new RefusedPart(ErrorCodes.RequestContradictory, $"“{item.Text}” begins when it ends.");
            }
        }
    }

    private static IEnumerable<RefusedPart> Ranges(Behaviour behaviour, bool whole)
    {
        Template template = TemplateLibrary.Shipped.Find(behaviour.Template).Value;
        IEnumerable<KeyValuePair<string, System.Text.Json.Nodes.JsonNode?>> given = behaviour.Values.Where(v => template.Parameter(v.Key) is { Type: not "pin" });
        foreach ((string name, System.Text.Json.Nodes.JsonNode? value) in given)
        {
            if (ParameterValues.Refusal(template.Parameter(name)!, value) is { } refusal)
            {
                yield return new RefusedPart(ErrorCodes.RequestOutOfRange, $"{template.Title}: {refusal}.");
                yield break;
            }
        }

        if (whole && FilledTemplate.Of(template, behaviour.Values).Error is { } broken)
        {
            yield return new RefusedPart(ErrorCodes.RequestContradictory, broken.Message);
        }
    }

    private static void DefaultPins(List<Item> items, Board board, List<string> assumed)
    {
        int at = items.FindIndex(i => i.Is("defaultpins"));
        if (at >= 0 && board.Labels.TryGetValue("sda", out int sda) && board.Labels.TryGetValue("scl", out int scl))
        {
            items[at] = new Item("rolepin", "sda", "SDA", sda);
            items.Insert(at + 1, new Item("rolepin", "scl", "SCL", scl));
            assumed.Add($"The usual I2C pins of the {board.Name} are GPIO {sda} (SDA) and GPIO {scl} (SCL).");
        }
    }

    private static IEnumerable<string> Nights(List<Behaviour> behaviours)
    {
        Condition[] times = [.. behaviours.SelectMany(b => b.Conditions).Where(c => c.Kind == "time").Distinct()];
        foreach (Condition c in times.Where(c => char.IsLetter(c.Text[0]) && c.Text is "night" or "day" or "morning" or "afternoon" or "evening"))
        {
            yield return $"“{c.Text}” is from {Wording.Clock(c.FromMin)} to {Wording.Clock(c.ToMin)}.";
        }

        if (times.Length > 0)
        {
            yield return "Times of day are UTC.";
        }
    }
}
