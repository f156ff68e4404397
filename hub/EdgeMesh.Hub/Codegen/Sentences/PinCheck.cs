using System.Collections.Generic;
using System.Linq;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Codegen.Templates;

namespace EdgeMesh.Hub.Codegen.Sentences;

/// <summary>Whether a board's pins can be what a request makes of them.</summary>
internal static class PinCheck
{
    internal static IEnumerable<RefusedPart> Refusals(Board board, IReadOnlyList<Behaviour> behaviours)
    {
        Dictionary<int, string> taken = [];
        foreach (Behaviour behaviour in behaviours)
        {
            Template template = TemplateLibrary.Shipped.Find(behaviour.Template).Value;
            foreach (TemplateParameter parameter in template.Parameters.Where(p => p.Type == "pin" && behaviour.Values.ContainsKey(p.Name)))
            {
                int pin = (int)HoleExpression.NumberOf(behaviour.Values[parameter.Name])!.Value;
                string device = Wording.Name(parameter.Name == "pin" ? behaviour.Actuator ?? behaviour.Sensor : behaviour.Sensor);
                string what = $"the {device}{(parameter.Role is "data" or "output" or "input" or "analog" or "button" or "contact" ? "" : "'s " + parameter.Role.ToUpperInvariant())}";
                if (Refusal(board, pin, parameter.Direction, what) is { } refusal)
                {
                    yield return refusal;
                }
                else if (taken.TryGetValue(pin, out string? other) && !(parameter.Role is "sda" or "scl" && other.EndsWith(parameter.Role.ToUpperInvariant(), System.StringComparison.Ordinal)))
                {
                    yield return new RefusedPart(ErrorCodes.PinConflict, $"GPIO {pin} is asked for twice: by {other} and by {what}. Give each its own pin.");
                }

                taken.TryAdd(pin, what);
            }
        }
    }

    /// <summary>Pins that a request names of devices of which no behaviour has come yet: what cannot be is said before anything is asked.</summary>
    internal static IEnumerable<RefusedPart> Refusals(Board board, EntityTable entities, IReadOnlyList<Behaviour> behaviours)
    {
        HashSet<int> checkedPins = [.. behaviours.SelectMany(b => b.Pins.Values)];
        IEnumerable<(int Pin, string Direction, string What)> named = entities.Entities
            .SelectMany(e => e.Pins.Values.Concat(e.Loose).Select(pin => (pin, e.Sensor ? "in" : "out", "the " + Wording.Name(e.Kind))))
            .Concat(entities.Orphans.Where(o => double.IsFinite(o.Value)).Select(o => ((int)System.Math.Clamp(o.Value, -1, 999), "in", "what is asked for")));
        return named.Where(n => checkedPins.Add(n.Pin)).Select(n => Refusal(board, n.Pin, n.Direction, n.What)).OfType<RefusedPart>().Concat(Shared(entities, behaviours));
    }

    // Two devices on one pin, where one of them has no behaviour yet.
    private static IEnumerable<RefusedPart> Shared(EntityTable entities, IReadOnlyList<Behaviour> behaviours) =>
        from first in entities.Entities.Select((entity, at) => (entity, at))
        from second in entities.Entities.Skip(first.at + 1)
        from pin in first.entity.Loose.Concat(first.entity.Pins.Values)
        where second.Uses(pin) && first.entity.Roles.Length + second.Roles.Length == 0 && behaviours.Count(b => b.Pins.Values.Contains(pin)) < 2
        select new RefusedPart(ErrorCodes.PinConflict, $"GPIO {pin} is asked for twice: by the {Wording.Name(first.entity.Kind)} and by the {Wording.Name(second.Kind)}. Give each its own pin.");

    /// <summary>Notes that do not refuse: pins that matter when the board starts.</summary>
    internal static IEnumerable<string> Notes(Board board, IReadOnlyList<Behaviour> behaviours) =>
        behaviours.SelectMany(b => b.Pins.Values).Distinct().Where(board.Strapping.Contains)
            .Select(pin => $"GPIO {pin} has a say in how the {board.Name} starts: what is on it must not pull it at power-on.");

    private static RefusedPart? Refusal(Board board, int pin, string direction, string what) =>
        !board.Pins.Contains(pin) ? new(ErrorCodes.PinUnknown, $"The {board.Name} has no pin {(pin < 0 || pin >= 999 ? "of that number" : "GPIO " + pin)} for {what}. It has {Ranges(board.Pins.Except(board.Reserved))}.")
        : board.Reserved.Contains(pin) ? new(ErrorCodes.PinReserved, $"GPIO {pin} of the {board.Name} carries its flash: {what} would stop it. Take one of {Ranges(Free(board, direction))}.")
        : direction is "out" or "inout" && board.InputOnly.Contains(pin) ? new(ErrorCodes.PinInputOnly, $"GPIO {pin} of the {board.Name} can only be an input, and {what} needs {(direction == "out" ? "an output" : "a pin that can also drive the line")}. Take one of {Ranges(Free(board, direction))}.")
        : direction == "analog" && !board.Analog.Contains(pin) ? new(ErrorCodes.PinNotAnalog, $"GPIO {pin} of the {board.Name} has no converter that works beside Wi-Fi, which {what} needs. Take one of {Ranges(board.Analog)}.")
        : null;

    private static IEnumerable<int> Free(Board board, string direction) =>
        (direction == "analog" ? board.Analog : board.Pins).Except(board.Reserved).Except(direction is "out" or "inout" ? board.InputOnly : new HashSet<int>());

    private static string Ranges(IEnumerable<int> pins)
    {
        List<(int From, int To)> ranges = [];
        foreach (int pin in pins.Order())
        {
            if (ranges.Count > 0 && ranges[^1].To == pin - 1)
            {
                ranges[^1] = (ranges[^1].From, pin);
            }
            else
            {
                ranges.Add((pin, pin));
            }
        }

        return string.Join(", ", ranges.Select(r => r.From == r.To ? $"{r.From}" : $"{r.From}-{r.To}"));
    }
}
