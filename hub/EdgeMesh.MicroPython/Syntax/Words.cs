using System;
using System.Numerics;

namespace EdgeMesh.MicroPython.Syntax;

/// <summary>
/// The words of one program, each text once as far as places suffice: a word that falls on another's place takes it. So the work for a word is bounded, whatever
/// words a program has.
/// </summary>
internal sealed class Words(int length)
{
    private readonly (string? Text, TokenKind Kind)[] _places = new (string?, TokenKind)[Math.Clamp((int)BitOperations.RoundUpToPowerOf2((uint)length / 32), 64, 1024)];

    /// <summary>The word's text, and its kind: a keyword's or Name. <paramref name="hash"/> is any function of the text.</summary>
    internal (string Text, TokenKind Kind) Find(ReadOnlySpan<char> word, uint hash)
    {
        ref (string? Text, TokenKind Kind) place = ref _places[(hash ^ (hash >> 15)) & (uint)(_places.Length - 1)];
        if (place.Text is null || !word.SequenceEqual(place.Text))
        {
            string text = word.ToString();
            place = (text, Tokens.Keywords.TryGetValue(text, out TokenKind keyword) ? keyword : TokenKind.Name);
        }

        return (place.Text!, place.Kind);
    }
}
