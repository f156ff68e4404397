using System;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace EdgeMesh.Hub.Codegen.DryRun;

/// <summary>Lines of a stream, each within a limit: what writes them is not trusted with more.</summary>
internal sealed class LineReader(Stream stream)
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private Memory<byte> _unread;

    /// <summary>The next line. Null where the stream ended, or the time did, or the line is longer than <paramref name="limit"/> bytes, or reading failed.</summary>
    internal async Task<string?> ReadAsync(int limit, CancellationToken cancellation)
    {
        using MemoryStream line = new();
        try
        {
            while (line.Length <= limit)
            {
                int end = _unread.Span.IndexOf((byte)'\n');
                line.Write(_unread.Span[..(end >= 0 ? end : _unread.Length)]);
                _unread = end >= 0 ? _unread[(end + 1)..] : default;
                if (end >= 0)
                {
                    return Encoding.UTF8.GetString(line.GetBuffer(), 0, (int)line.Length);
                }

                int count = await stream.ReadAsync(_buffer, cancellation).ConfigureAwait(false);
                if (count == 0)
                {
                    return null;
                }

                _unread = _buffer.AsMemory(0, count);
            }
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            return null;
        }

        return null;
    }
}
