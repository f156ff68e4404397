using System;
using System.Collections.Generic;
using System.Linq;
using EdgeMesh.Hub.Codegen.Templates;

namespace EdgeMesh.Hub.Codegen.Sentences;

/// <summary>Turns tokens into items: phrases by the longest match, numbers with their units, times of day, pins by number or label.</summary>
internal sealed partial class ItemReader
{
    private readonly List<Token> _tokens;
    private readonly Board _board;
    private readonly List<Item> _items = [];
    private readonly List<string> _corrected;
    private readonly bool _pixels;
    private readonly bool _encoder;
    private int _at;

    private ItemReader(List<Token> tokens, Board board, List<string> corrected)
    {
        _tokens = tokens;
        _board = board;
        _corrected = corrected;
        _encoder = tokens.Any(t => t.Text is "encoder" or "knob" or "rotary") && tokens.Any(t => t.Text == "b");
        _pixels = tokens.Any(t => t.Text.StartsWith("ws28", StringComparison.Ordinal) || t.Text.StartsWith("neopixel", StringComparison.Ordinal) || t.Text is "strip" or "ring" or "addressable");
    }

    /// <summary>The items of a request, noise left out.</summary>
    /// <param name="tokens">The request's tokens.</param>
    /// <param name="board">Whose labels count.</param>
    /// <param name="corrected">Takes a sentence for each word taken as mistyped.</param>
    internal static List<Item> Read(List<Token> tokens, Board board, List<string> corrected)
    {
        ItemReader reader = new(tokens, board, corrected);
        while (reader._at < tokens.Count)
        {
            reader.Next();
        }

        return reader._items;
    }

    private string Text(int at) => at >= 0 && at < _tokens.Count ? _tokens[at].Text : "";

    private Item? Last => _items.Count > 0 ? _items[^1] : null;

    private void Next()
    {
        if (Topics.At(_tokens, _at) is var (name, after))
        {
            if (Last?.Class is "onword" or "at" or "to")
            {
                _items.RemoveAt(_items.Count - 1);
            }

            _items.Add(new Item("topic", "", name));
            _at = after;
            return;
        }

        (Meaning Meaning, int End)? phrase = Text(_at) is "a" or "b" && (Text(_at + 1) is "=" or ":" || (_encoder && Numbers.At(_tokens, _at + 1) is not null)) ? (new Meaning("role", Text(_at)), _at + 1) : Phrase(_at);
        if (phrase is { Meaning.Class: "pin" } && Pins(phrase.Value.End))
        {
            return;
        }

        if (phrase is { } several && several.End > _at + 1 && !(several.Meaning.Class == "noise" && Numbers.At(_tokens, _at) is not null))
        {
            Take(several.Meaning, several.End);
        }
        else if (!TimeOfDay() && !Label(_at) && !Measure())
        {
            if (phrase is { } single)
            {
                Take(single.Meaning, single.End);
            }
            else
            {
                Unknown();
            }
        }
    }

    private (Meaning Meaning, int End)? Phrase(int at)
    {
        string phrase = "";
        (Meaning, int)? best = null;
        for (int end = at; end < Math.Min(_tokens.Count, at + Lexicon.Shared.WordsMax); end++)
        {
            phrase += (end > at ? " " : "") + _tokens[end].Text;
            if (Lexicon.Shared.Find(phrase) is { } meaning)
            {
                best = (meaning, end + 1);
            }
        }

        return best;
    }

    private void Take(Meaning meaning, int end)
    {
        string text = string.Join(' ', _tokens.Skip(_at).Take(end - _at).Select(t => t.Text));
        if (meaning.Class == "when" && end - _at > 1 && Text(end - 1) is "every" or "each" && (Units.Find(Text(end)) is { Dimension: "time" } || Numbers.At(_tokens, end) is not null || Text(end) is "other"))
        {
            // "on every day" is on, and every day; "on every press" a moment.
            meaning = Lexicon.Shared.Find(Text(_at))!.Value;
            end = _at + 1;
            text = Text(_at);
        }

        _at = end;
        if (meaning.Class == "noise")
        {
            return;
        }

        _items.Add(new Item(meaning.Class, meaning.Id, text));
        if (meaning.Class == "every" && !text.EndsWith("time", StringComparison.Ordinal))
        {
            BareUnit();
        }
    }

    // every minute, each second, every other minute, every second hour.
    private void BareUnit()
    {
        int count = Text(_at) == "other" || (Text(_at) == "second" && Units.Find(Text(_at + 1)) is { Dimension: "time" }) ? 2 : 1;
        int at = _at + (count - 1);
        at += Text(at) == "single" ? 1 : 0;
        if (Units.Find(Text(at)) is { Dimension: "time" } unit && Text(at).Length > 1)
        {
            (double half, int end) = Numbers.AndAHalf(_tokens, at + 1) ?? (0, at + 1);
            _items.Add(new Item("measure", "", $"{Item.Plain(count + half)} {Text(at)}", unit.Convert(count + half)) { Dimension = unit.Dimension, Unit = unit.Name });
            _at = end;
        }
    }

    private bool TimeOfDay()
    {
        Token token = _tokens[_at];
        string next = Text(_at + 1);
        if (token.Text is "noon" or "midday" or "midnight")
        {
            return Clock(token.Text == "midnight" ? 0 : 720, 1);
        }

        if (token is { IsNumber: true, Value: >= 1 and <= 12 } && next == "in" && Text(_at + 2) == "the" && Text(_at + 3) is "morning" or "afternoon" or "evening")
        {
            return Clock(((token.Value % 12) + (Text(_at + 3) == "morning" ? 0 : 12)) * 60, 4);
        }

        bool half = next is "am" or "pm" || (next is "a" or "p" && Text(_at + 2) == "." && Text(_at + 3) == "m") || (next is "o" && Text(_at + 2) == "clock") || next is "oclock";
        if (!token.IsTime && !(half && token.IsNumber))
        {
            return false;
        }

        // 7.30 pm has minutes behind its point.
        double minutes = token.IsTime ? token.Value : (Math.Floor(token.Value) * 60) + Math.Round((token.Value - Math.Floor(token.Value)) * 100);
        if (half && next[0] == 'p' && minutes < 720)
        {
            minutes += 720;
        }
        else if (half && next[0] == 'a' && minutes >= 720 && minutes < 780)
        {
            minutes -= 720;
        }

        int taken = !half ? 1 : next is "am" or "pm" or "oclock" ? 2 : next == "o" ? 3 : Text(_at + 4) == "." && _at + 5 < _tokens.Count ? 5 : 4;
        return Clock(minutes is < 0 or > 1440 ? double.PositiveInfinity : minutes, taken);
    }

    private bool Clock(double minutes, int taken)
    {
        _items.Add(new Item("clock", "", string.Join(' ', _tokens.Skip(_at).Take(taken).Select(t => t.Text)), minutes));
        _at += taken;
        return true;
    }
}
