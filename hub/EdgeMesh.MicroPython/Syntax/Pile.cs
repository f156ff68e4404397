using System;
using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace EdgeMesh.MicroPython.Syntax;

/// <summary>Lists under construction, one upon the other as productions nest: what was put on since a mark is taken off as an array of just that size.</summary>
internal sealed class Pile<T>
{
    private T[] _items = [];

    /// <summary>Where the list that begins now begins.</summary>
    internal int Mark { get; private set; }

    internal void Add(T item)
    {
        if (Mark == _items.Length)
        {
            Array.Resize(ref _items, Math.Max(16, 2 * Mark));
        }

        _items[Mark++] = item;
    }

    internal ImmutableArray<T> Take(int mark)
    {
        if (mark == Mark)
        {
            return [];
        }

        T[] taken = _items[mark..Mark];
        Mark = mark;
        return ImmutableCollectionsMarshal.AsImmutableArray(taken);
    }
}
