extern alias nano;

using System;
using System.Text;
using nano::EdgeMesh.Contracts;
using nano::EdgeMesh.Device.NanoFramework;
using nano::EdgeMesh.Device.Platform;
using nano::EdgeMesh.Protocol;
using nano::EdgeMesh.Protocol.Enrollment;
using nano::EdgeMesh.Protocol.Json;
using nano::nanoFramework.M2Mqtt;
using nano::nanoFramework.M2Mqtt.Messages;
using nano::nanoFramework.Runtime.Native;
using nano::System.IO.Ports;
using DeviceBoard = nano::EdgeMesh.Device.Platform.Board;

namespace EdgeMesh.NanoFramework.Tests;

/// <summary>From a blank board to one with a configuration, against the hub's own side of the exchange.</summary>
public sealed class EnrollingTests
{
    private const string Secret = "k7m2qx9p-48213377";
    private const string Settings = $$"""{"pin":"{{Secret}}","host":"hub.local","port":8883,"window":4,"wifi":[{"ssid":"a","password":"b"}]}""";
    private const string Granted = """{"site":"home","device":"porch","type":"esp32-nano","key":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","host":"hub.local","port":8883}""";

    [Fact]
    public void A_blank_board_asks_for_its_settings_stores_them_and_starts_anew()
    {
        using Board board = new();
        SerialPort.Names = ["COM1"];
        SerialPort.Lines["COM1"] = new ScriptedLine(Settings + "\n");
        Assert.Throws<StubRebootException>(Program.Main);
        board.PowerCycle();
        Assert.Equal("k7m2qx9p", new SettingsFile(board.Storage).Read(out _)!.Secret!.Token);
    }

    [Theory]
    [InlineData(Secret)]
    [InlineData("k7m2qx9p-48213378")]
    public void With_the_right_PIN_it_gets_its_configuration_and_keeps_the_Wi_Fi_and_with_another_it_says_so(string atTheHub)
    {
        using Board board = new();
        SettingsFile file = new(board.Storage);
        file.Write(Encoding.UTF8.GetBytes(Settings));
        board.Storage.Write("command0", [1]);
        Hub hub = new(atTheHub);
        MqttClient.Broker = hub;
        DeviceBoard parts = new(board, board.Storage, new M2MqttConnection(new NanoClock(), board), board, new ThreadDeadMan(board, board, board), new AssemblyLoader(), new NanoCrypto(), board);
        Enrolling enrolling = new(parts, file.Read(out _)!, file);
        for (int i = 0; !enrolling.IsDone && enrolling.Problem.Length == 0; i++)
        {
            Assert.True(i < 10_000, "It comes to no end.");
            board.NowMs += Math.Max(1, enrolling.Poll());
        }

        board.PowerCycle();
        NanoSettings after = new SettingsFile(board.Storage).Read(out string problem)!;
        Assert.Equal("", problem);
        bool right = atTheHub == Secret;
        Assert.Equal(right, enrolling.IsDone);
        Assert.Equal((right ? "porch" : null, right ? 4 : null, "a"), (after.Device?.Device, after.Device?.Window, after.Networks[0].Ssid));
        Assert.Equal(right, after.Secret == null);
        Assert.Equal(right ? 0 : 1, board.Storage.Length("command0"));
        Assert.True(right || enrolling.Problem.Contains(ErrorCodes.EnrollmentRefused, StringComparison.Ordinal), enrolling.Problem);
        Assert.DoesNotContain(board.Lines, l => l.Contains("48213377", StringComparison.Ordinal) || l.Contains("aaaaaaaa", StringComparison.Ordinal));
    }

    // What a hub does with the messages of an enrolment; the exchange itself is the production code.
    private sealed class Hub(string secret) : IStubBroker
    {
        private HubEnrollment? _enrollment;

        public void Construct(MqttClient client)
        {
        }

        public MqttReasonCode Connect(MqttClient client) => MqttReasonCode.Success;

        public void Subscribe(MqttClient client, string[] topics, MqttQoSLevel[] levels) => client.Grant(levels);

        public void Close(MqttClient client)
        {
        }

        public void Publish(MqttClient client, string topic, byte[] message, MqttQoSLevel level, bool retain)
        {
            JsonObject o = JsonReader.Parse(message, message.Length, out _)!;
            byte[] Tag() => Hex.Decode((string)o.Get("tag")!)!;
            byte[]? answer = null;
            switch ((string)o.Get("m")!)
            {
                case "begin":
                    _enrollment = new HubEnrollment(new NanoCrypto(), EnrollmentSecret.Read(secret)!, EnrollmentBegin.Read(o, out _)!, "home", "porch", "");
                    answer = _enrollment.Answer;
                    break;
                case "confirm" when _enrollment!.Confirm(Tag()):
                    _enrollment.Grant(Encoding.UTF8.GetBytes(Granted));
                    answer = _enrollment.GrantMessage;
                    break;
                case "stored":
                    answer = _enrollment!.Stored(Tag());
                    break;
            }

            if (answer != null) client.Arrive(Topic.EnrollDown("k7m2qx9p"), answer);
        }
    }
}
