using System;
using System.IO;

namespace EdgeMesh.Device.NanoFramework;

/// <summary>The lines of a stream, as bytes, of a bounded length. They end with LF; a CR before it is dropped.</summary>
public sealed class LineReader
{
    private readonly Stream _stream;
    private readonly byte[] _buffer;
    private readonly int _maxBytes;
    private int _at;
    private int _count;

    /// <summary>Reads a stream.</summary>
    /// <param name="stream">It.</param>
    /// <param name="readBytes">How much is read at a time: 1 where reading waits until so much is there, as from a serial port.</param>
    /// <param name="maxBytes">The longest line.</param>
    public LineReader(Stream stream, int readBytes, int maxBytes)
    {
        _stream = stream;
        _buffer = new byte[readBytes];
        _maxBytes = maxBytes;
    }

    /// <summary>Whether the line read last was longer than it may be; what is returned of it is empty then.</summary>
    public bool TooLong { get; private set; }

    /// <summary>The next line; null where the stream has ended. A line without an end counts as one.</summary>
    public byte[]? Next()
    {
        byte[] line = new byte[Math.Min(256, _maxBytes)];
        int length = 0;
        TooLong = false;
        int value = Read();
        if (value < 0)
        {
            return null;
        }

        while (value >= 0 && value != '\n')
        {
            if (length == line.Length && length < _maxBytes)
            {
                byte[] longer = new byte[Math.Min(2 * length, _maxBytes)];
                Array.Copy(line, longer, length);
                line = longer;
            }

            if (length == line.Length)
            {
                TooLong = true;
            }
            else
            {
                line[length++] = (byte)value;
            }

            value = Read();
        }

        length = TooLong ? 0 : length > 0 && line[length - 1] == '\r' ? length - 1 : length;
        byte[] result = new byte[length];
        Array.Copy(line, result, length);
        return result;
    }

    private int Read()
    {
        if (_at == _count)
        {
            _at = 0;
            _count = _stream.Read(_buffer, 0, _buffer.Length);
        }

        return _count <= 0 ? -1 : _buffer[_at++];
    }
}
