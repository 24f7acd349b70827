package vch.kernel.packet;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// Which frames a socket takes: a program of the kernel's classic packet filter, linux/filter.h.
/// What it refuses costs no copy and wakes nobody.
public final class PacketFilter {
  /// struct sock_fprog: u16 count of instructions, padding, pointer to them.
  private static final int PROGRAM_BYTES = 16;

  private static final int PROGRAM_AT = 8;

  /// struct sock_filter: u16 code, u8 steps to go on with if true, u8 if not, u32 operand.
  private static final int INSTRUCTION_BYTES = 8;

  private static final int LOAD_BYTE = 0x30; // BPF_LD | BPF_B | BPF_ABS
  private static final int IF_EQUAL = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
  private static final int RETURN = 0x06; // BPF_RET | BPF_K
  private static final int ALL_BYTES = 0xffff;

  private static final int NEXT_HEADER_AT = 14 + 6;
  private static final int ICMPV6 = 58;
  private static final int ICMPV6_TYPE_AT = 14 + 40;
  private static final int NEIGHBOUR_SOLICITATION = 135;
  private static final int NEIGHBOUR_ADVERTISEMENT = 136;

  /// Of IPv6 over Ethernet: neighbour solicitations and advertisements, RFC 4861. With an extension
  /// header they are none of those.
  public static final PacketFilter NEIGHBOUR_DISCOVERY =
      new PacketFilter(
          List.of(
              new Instruction(LOAD_BYTE, 0, 0, NEXT_HEADER_AT),
              new Instruction(IF_EQUAL, 0, 4, ICMPV6),
              new Instruction(LOAD_BYTE, 0, 0, ICMPV6_TYPE_AT),
              new Instruction(IF_EQUAL, 1, 0, NEIGHBOUR_SOLICITATION),
              new Instruction(IF_EQUAL, 0, 1, NEIGHBOUR_ADVERTISEMENT),
              new Instruction(RETURN, 0, 0, ALL_BYTES),
              new Instruction(RETURN, 0, 0, 0)));

  private final List<Instruction> instructions;

  private PacketFilter(List<Instruction> instructions) {
    this.instructions = instructions;
  }

  private record Instruction(int code, int ifTrue, int ifNot, int operand) {}

  MemorySegment program(Arena arena) {
    var code = arena.allocate((long) INSTRUCTION_BYTES * instructions.size(), 4);
    long at = 0;
    for (var i : instructions) {
      code.set(JAVA_SHORT, at, (short) i.code);
      code.set(JAVA_BYTE, at + 2, (byte) i.ifTrue);
      code.set(JAVA_BYTE, at + 3, (byte) i.ifNot);
      code.set(JAVA_INT, at + 4, i.operand);
      at += INSTRUCTION_BYTES;
    }
    var program = arena.allocate(PROGRAM_BYTES, 8);
    program.set(JAVA_SHORT, 0, (short) instructions.size());
    program.set(ADDRESS, PROGRAM_AT, code);
    return program;
  }
}
