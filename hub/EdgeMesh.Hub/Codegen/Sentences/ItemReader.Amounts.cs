using System;
using System.Globalization;
using System.Linq;

namespace EdgeMesh.Hub.Codegen.Sentences;

// Pins by number and label, numbers with units, unknown words.
internal sealed partial class ItemReader
{
    // gpio4, io26, d4, pin4, vp.
    private bool Label(int at)
    {
        if (PinOf(Text(at)) is not { } pin)
        {
            return false;
        }

        _items.Add(new Item("pinno", "", Text(at).ToUpperInvariant(), pin));
        _at = at + 1;
        return true;
    }

    private int? PinOf(string word)
    {
        string plain = word.Replace("_", "", StringComparison.Ordinal);
        if (plain is not ("sda" or "scl") && _board.Labels.TryGetValue(plain, out int labelled))
        {
            return labelled;
        }

        foreach (string prefix in (string[])["gpio", "io", "pin", "d", "g"])
        {
            if (plain.StartsWith(prefix, StringComparison.Ordinal) && plain.Length - prefix.Length is 1 or 2 && plain[prefix.Length..].All(char.IsAsciiDigit))
            {
                return int.Parse(plain[prefix.Length..], CultureInfo.InvariantCulture);
            }
        }

        return null;
    }

    // pin 4; pins 18 and 19; pin number four; pin D4.
    private bool Pins(int at)
    {
        string word = Text(_at);
        bool plural = Text(at - 1).EndsWith('s');
        at = SkipSigns(at);
        if (PinOf(Text(at)) is not null)
        {
            _at = at;
            while (Label(_at) && PinOf(Text(Separator(_at))) is not null)
            {
                _at = Separator(_at);
            }

            return true;
        }

        bool any = false;
        while (Numbers.At(_tokens, at) is var (number, end) && (!any || Units.Find(Text(end)) is null))
        {
            _items.Add(new Item("pinno", "", $"{word.TrimEnd('s')} {Item.Plain(number)}", number));
            any = true;
            _at = end;
            if (!plural)
            {
                break;
            }

            at = Separator(end);
        }

        return any;
    }

    private int SkipSigns(int at)
    {
        while (Text(at) is "." or "#" or ":" or "=" or "number" or "no" or "nr" or "is")
        {
            at++;
        }

        return at;
    }

    private int Separator(int at)
    {
        while (Text(at) is "and" or "," or "/" or "&" or "+")
        {
            at++;
        }

        return at;
    }

    private bool Measure()
    {
        bool article = Text(_at) is "a" or "an" && Units.Find(Text(_at + 1)) is { } one && (one.Dimension is "time" or "degrees") && Text(_at + 1).Length > 2
            && (Text(_at + 1) is not "second" || Last?.Class is "for" or "after" or "every" or "times" or "timesword" or "until" or "rate");
        (double Value, int End)? number = article ? (1, _at + 1) : Numbers.At(_tokens, _at);
        if (number is not var (value, end))
        {
            return false;
        }

        int start = _at;
        (double unitValue, Unit? unit, int after) = WithUnit(value, end);
        if (unit is null && Text(start) == "one")
        {
            return false;
        }

        if (unit is { Dimension: "time" })
        {
            // 1 h 30 min; 1 hour and 30 minutes.
            int more = Text(after) == "and" ? after + 1 : after;
            double smallest = unit.Factor;
            while (Numbers.At(_tokens, more) is var (next, nextEnd) && WithUnit(next, nextEnd, afterTime: true) is var (added, nextUnit, nextAfter) && nextUnit is { Dimension: "time" } && nextUnit.Factor < smallest)
            {
                unitValue += added;
                smallest = nextUnit.Factor;
                after = nextAfter;
                more = Text(after) == "and" ? after + 1 : after;
            }

            // 1 min 30
            if (smallest >= 60 && after < _tokens.Count && _tokens[after] is { IsNumber: true, Value: > 0 and < 60 } rest && Text(after + 1) is "" or "," or "." or ";")
            {
                unitValue += rest.Value * smallest / 60;
                after++;
            }
        }

        string text = string.Join(' ', _tokens.Skip(start).Take(after - start).Select(t => t.Text));
        bool inside = unit is { Dimension: "time" } && Text(start - 1) is "in" or "within";
        _items.Add(new Item(unit is null ? "number" : "measure", inside ? "in" : "", text, unitValue) { Dimension = unit?.Dimension ?? "", Unit = unit?.Name ?? "" });
        _at = after;
        return true;
    }

    private (double Value, Unit? Unit, int After) WithUnit(double value, int end, bool afterTime = false)
    {
        Unit? unit = Units.Find(Text(end));
        if (unit is null && Text(end) == "-" && Units.Find(Text(end + 1)) is { } hyphened)
        {
            unit = hyphened;
            end++;
        }

        if (unit is null || (unit.Dimension == "pixels" && !_pixels))
        {
            return (value, null, end);
        }

        int after = end + 1;
        if (unit.Dimension == "degrees" && Units.Find(Text(after)) is { Dimension: "temperature" } scale)
        {
            unit = scale;
            after++;
        }
        else if (unit.Dimension == "m")
        {
            bool time = afterTime || Last?.Class is "every" or "for" or "after" or "rate" or "until" || Phrase(after) is { Meaning.Class: "rate" } || value is >= 5 and <= 59;
            unit = time && !(Last?.Class is "above" or "below" && !afterTime) ? Units.Find("min")! : Units.Find("meters")!;
        }

        if (Numbers.AndAHalf(_tokens, after) is var (half, halfEnd))
        {
            value += half;
            after = halfEnd;
        }

        return (unit.Convert(value), unit, after);
    }

    private void Unknown()
    {
        string word = Text(_at++);
        if (word.Length == 7 && word[0] == '#')
        {
            _items.Add(new Item("colour", word, word));
        }
        else if (word is "-")
        {
            _items.Add(new Item("dash", "", word));
        }
        else if (word is "=")
        {
            _items.Add(new Item("equals", "", word));
        }
        else if (char.IsLetter(word[0]))
        {
            if (Lexicon.Shared.Correct(word) is { } meant)
            {
                _corrected.Add($"I read “{word}” as “{meant}”.");
                Meaning meaning = Lexicon.Shared.Find(meant)!.Value;
                _items.Add(new Item(meaning.Class, meaning.Id, meant));
            }
            else
            {
                _items.Add(new Item("unknown", IsName(_at - 1) ? "name" : "", word));
            }
        }
    }

    // Names of places and things say nothing to a program: "the foyer lamp", "in the boathouse", "called Erna". A word anywhere else may.
    private bool IsName(int at)
    {
        if ((at > 0 && _tokens[at - 1].IsNumber) || Units.Find(Text(at)) is not null)
        {
            return false;
        }

        if (Phrase(at + 1) is { Meaning.Class: "sensor" or "actuator" } || (Text(at + 1) == ":" && (at == 0 || Text(at - 1) is "." or ";")))
        {
            return true;
        }

        int before = at - 1;
        for (int taken = 0; taken < 2 && before >= 0 && (Phrase(before) is null && char.IsLetter(Text(before)[0])); taken++)
        {
            before--;
        }

        return Text(before) is "called" or "named" or "labelled" or "labeled"
            || (Text(before) is "the" or "my" or "our" or "your" or "his" or "her" or "their" or "a" or "an"
                && Text(before - 1) is "in" or "inside" or "of" or "for" or "from" or "near" or "behind" or "under" or "beside");
    }
}
