using System;
using System.IO;
using System.Text;

namespace EdgeMesh.NanoFramework.Tests;

/// <summary>The other end of a serial line, which sends what was written down before.</summary>
internal sealed class ScriptedLine(string incoming) : Stream
{
    private readonly MemoryStream _incoming = new(Encoding.UTF8.GetBytes(incoming));
    private readonly MemoryStream _said = new();

    public Action<string> Answered { get; set; } = _ => { };

    public string Said => Encoding.UTF8.GetString(_said.ToArray());

    public string Rest => new StreamReader(_incoming).ReadToEnd();

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Flush()
    {
    }

    // A serial port reads until it has all that was asked for.
    public override int Read(byte[] buffer, int offset, int count)
    {
        Assert.Equal(1, count);
        return _incoming.Read(buffer, offset, count);
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count)
    {
        _said.Write(buffer, offset, count);
        Answered(Encoding.UTF8.GetString(buffer, offset, count));
    }
}
