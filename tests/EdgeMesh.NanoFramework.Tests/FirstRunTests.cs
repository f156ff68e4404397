extern alias nano;

using System;
using System.IO;
using nano::EdgeMesh.Device.NanoFramework;
using nano::nanoFramework.Hardware.Esp32;
using nano::System.IO.Ports;

namespace EdgeMesh.NanoFramework.Tests;

public sealed class FirstRunTests
{
    private const string Right = """{"pin":"k7m2qx9p-48213377","host":"hub.local","port":8883,"wifi":[{"ssid":"a","password":"b"}]}""";

    [Fact]
    public void It_says_what_is_wrong_until_a_line_is_right_and_stores_that_one()
    {
        using Board board = new();
        ScriptedLine line = new("\r\n{\"pin\":1}\r\n" + new string('x', 30_000) + "\r\n" + Right + "\r\n" + "not read any more\n");
        Assert.True(new FirstRun(line, new SettingsFile(board.Storage)).Run("There is no file."));
        string[] said = line.Said.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("EdgeMesh needs its settings. There is no file.", said[0]);
        Assert.Equal("Send edgemesh.json as one line.", said[1]);
        Assert.Equal("REFUSED The line is empty.", said[2]);
        Assert.StartsWith("REFUSED The settings are refused: member \"pin\" must be", said[4], StringComparison.Ordinal);
        Assert.Equal("REFUSED The line is over 20000 bytes.", said[6]);
        Assert.Equal("OK Stored. The board starts anew.", said[^1]);
        board.PowerCycle();
        Assert.Equal("k7m2qx9p", new SettingsFile(board.Storage).Read(out _)!.Secret!.Token);
        Assert.Equal("not read any more\n", line.Rest);
    }

    [Fact]
    public void A_line_that_ends_before_leaves_nothing_behind()
    {
        using Board board = new();
        Assert.False(new FirstRun(new ScriptedLine(""), new SettingsFile(board.Storage)).Run(""));
        Assert.Null(new SettingsFile(board.Storage).Read(out string problem));
        Assert.Contains("no edgemesh.json", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_drive_that_fails_is_told_and_the_next_line_is_taken()
    {
        using Board board = new();
        nano::System.IO.StubDrive.ChangesLeft = 0;
        ScriptedLine line = new(Right + "\n" + Right + "\n");
        line.Answered = said =>
        {
            if (said.StartsWith("REFUSED", StringComparison.Ordinal)) nano::System.IO.StubDrive.PowerUp();
        };
        Assert.True(new FirstRun(line, new SettingsFile(board.Storage)).Run(""));
        Assert.Contains("REFUSED It is right, and could not be stored", line.Said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("COM1,COM2", "COM1", false)]
    [InlineData("COM2,COM3", "COM2", true)]
    public void It_takes_the_port_that_the_debugger_has_left(string ports, string taken, bool pins)
    {
        SerialPort.Names = ports.Split(',');
        SerialPort.Lines.Clear();
        Configuration.Pins.Clear();
        using MemoryStream line = new();
        SerialPort.Lines[taken] = line;
        using SerialPort port = FirstRun.OpenPort();
        Assert.Equal((taken, 9600, true), (port.PortName, port.BaudRate, port.IsOpen));
        Assert.Equal(pins ? 2 : 0, Configuration.Pins.Count);
    }
}
