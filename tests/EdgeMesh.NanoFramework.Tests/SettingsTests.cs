extern alias nano;

using System;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json.Nodes;
using nano::EdgeMesh.Device.NanoFramework;

namespace EdgeMesh.NanoFramework.Tests;

public sealed class SettingsTests
{
    private const string Device = """
        "site":"home","device":"porch","type":"esp32-nano","key":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","host":"hub.local","port":8883
        """;

    private const string Pin = """
        "pin":"k7m2qx9p-48213377","host":"hub.local","port":8883
        """;

    [Theory]
    [InlineData("no JSON at all", "an object was expected")]
    [InlineData("""{"host":"hub.local"}""", "member \"site\"")]
    [InlineData("{" + Device + ""","wifi":{"ssid":"a"}}""", "member \"wifi\"")]
    [InlineData("{" + Device + ""","wifi":[{"password":"a"}]}""", "member \"wifi\"")]
    [InlineData("{" + Device + ""","wifi":[{"ssid":""}]}""", "member \"wifi\"")]
    [InlineData("{" + Device + ""","wifi":[{"ssid":"123456789012345678901234567890123"}]}""", "member \"wifi\"")]
    [InlineData("{" + Device + ""","time":-1}""", "member \"time\"")]
    [InlineData("""{"pin":"1234","host":"hub.local","port":8883}""", "member \"pin\"")]
    [InlineData("""{"pin":"k7m2qx9p-48213377","host":"","port":8883}""", "member \"host\"")]
    [InlineData("""{"pin":"k7m2qx9p-48213377","host":"hub.local","port":0}""", "member \"port\"")]
    [InlineData("{" + Pin + ""","tls":"yes"}""", "member \"tls\"")]
    [InlineData("{" + Pin + ""","id":"Porch"}""", "member \"id\"")]
    public void What_is_wrong_is_named(string file, string expected)
    {
        Assert.Null(NanoSettings.Read(Encoding.UTF8.GetBytes(file), out string problem));
        Assert.Contains(expected, problem, StringComparison.Ordinal);
        Assert.DoesNotContain("48213377", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void The_hubs_own_file_is_taken_with_the_Wi_Fi_beside_it()
    {
        NanoSettings? read = NanoSettings.Read(Encoding.UTF8.GetBytes("{" + Device + ""","time":1760000000,"wifi":[{"ssid":"a","password":"b"},{"ssid":"c"}]}"""), out string problem);
        Assert.Equal("", problem);
        Assert.Equal("porch", read!.Device!.Device);
        Assert.Equal(1760000000, read.UnixSeconds);
        Assert.Equal(("a", "b", "c", ""), (read.Networks[0].Ssid, read.Networks[0].Password, read.Networks[1].Ssid, read.Networks[1].Password));
    }

    [Fact]
    public void A_slot_fits_the_smallest_drive_unless_the_file_says_otherwise()
    {
        JsonObject boards = JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "nanoframework.json")))!["boards"]!.AsObject();
        Assert.Equal(NanoSettings.SlotBytes, boards.Min(b => (long)b.Value!["slots"]!["bytes"]!));
        Assert.Equal(NanoSettings.SlotBytes, NanoSettings.Read(Encoding.UTF8.GetBytes("{" + Device + "}"), out _)!.Device!.SlotBytes);
        Assert.Equal(5000, NanoSettings.Read(Encoding.UTF8.GetBytes("{" + Device + ",\"slot_bytes\":5000}"), out _)!.Device!.SlotBytes);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData(",\"tls\":false", false)]
    public void A_PIN_asks_for_an_enrolment_by_TLS_unless_it_is_told_otherwise(string more, bool tls)
    {
        NanoSettings read = NanoSettings.Read(Encoding.UTF8.GetBytes("{" + Pin + more + "}"), out _)!;
        Assert.True(read.Device == null && read.Secret!.Token == "k7m2qx9p" && read.Type == "esp32-nano" && read.Tls == tls);
    }

    [Fact]
    public void After_an_enrolment_the_Wi_Fi_and_what_else_was_set_stay_and_the_PIN_is_gone()
    {
        NanoSettings before = NanoSettings.Read(Encoding.UTF8.GetBytes("{" + Pin + ""","ca":"old","window":4,"wifi":[{"ssid":"ä\"","password":"b"}]}"""), out _)!;
        byte[] file = before.With(Encoding.UTF8.GetBytes("{" + Device + "}"));
        JsonObject members = JsonNode.Parse(file)!.AsObject();
        Assert.False(members.ContainsKey("pin") || members.ContainsKey("ca"));
        NanoSettings after = NanoSettings.Read(file, out string problem)!;
        Assert.Equal("", problem);
        Assert.Equal(("porch", 4, "ä\""), (after.Device!.Device, after.Device.Window, after.Networks[0].Ssid));
    }
}
