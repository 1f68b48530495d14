import Millrace
import Testing
